//! The scenes of the shift: what happens, and how each event is meant to end.

use std::{pin::Pin, time::Duration};

use serde_json::json;
use tokio::time::sleep;
use uuid::Uuid;
use world::{Fault, On, sqs_batch};

use crate::{scene::Wanted, shift::Shift, stage::PAYMENT_QUEUE};

/// As long as a card takes, in the demo's time.
const A_CARD: Duration = Duration::from_millis(1_500);

/// A scene, on its way.
type Playing<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;
/// Plays one scene.
type Play = for<'a> fn(&'a mut Shift) -> Playing<'a>;

/// The shift, scene by scene: title and play.
pub(crate) const SCENES: [(&str, Play); 16] = [
    ("an ordinary pause and its resume", |shift| Box::pin(ordinary(shift))),
    ("a consult transfer: the second agent takes the card", |shift| Box::pin(consult_transfer(shift))),
    ("a user with stale legs", |shift| Box::pin(stale_legs(shift))),
    ("a rate limit: come back in a second", |shift| Box::pin(rate_limited(shift))),
    ("a connection that is reset", |shift| Box::pin(connection_reset(shift))),
    ("a token that has expired", |shift| Box::pin(expired_token(shift))),
    ("an event of another topic", |shift| Box::pin(unknown_topic(shift))),
    ("a malformed event, and the next one", |shift| Box::pin(malformed(shift))),
    ("a call that ended before the event came", |shift| Box::pin(ended_call(shift))),
    ("a permission that is missing", |shift| Box::pin(forbidden(shift))),
    ("a first invocation that never came: the watch", |shift| Box::pin(watched(shift))),
    ("a secure flow that orders the pause itself", |shift| Box::pin(ordered(shift))),
    ("after a call: its recordings prove the pause", |shift| Box::pin(proven(shift))),
    ("after a call: a screen that was not paused is found exposed", |shift| Box::pin(exposed(shift))),
    ("after a call: a secure pause of which no event came is found", |shift| Box::pin(lost(shift))),
    ("after a payment call on which nobody pressed Secure Pause", |shift| Box::pin(unpaused(shift))),
];

/// How a pause ends that nothing got in the way of.
const PAUSED: Wanted<'_> = Wanted { end: "paused", paused: &[], requests: &[], exposure_from: 0 };

async fn ordinary(shift: &mut Shift) {
    let (call, user) = connected(shift, "agent A");
    let event = shift.genesys().secure_pause(call, user);
    let wanted =
        Wanted { paused: &["agent A"], requests: &["read -> 200", "pause agent A -> 202"], ..PAUSED };
    shift.serve("pause", &event, wanted).await;

    let event = shift.genesys().end_secure_pause(call, user);
    let wanted =
        Wanted { end: "resumed", requests: &["read -> 200", "resume agent A -> 202"], ..Wanted::default() };
    shift.serve("its resume", &event, wanted).await;
}

async fn consult_transfer(shift: &mut Shift) {
    let genesys = shift.genesys();
    let (call, second) = (genesys.start_call(), Uuid::new_v4());
    let from = genesys.join(call, Uuid::new_v4());
    shift.cast("agent B", call, from);
    let to = genesys.consult(call, from, second);
    shift.cast("agent C", call, to);
    genesys.complete_transfer(call, from);
    let event = genesys.secure_pause(call, second);
    let wanted =
        Wanted { paused: &["agent C"], requests: &["read -> 200", "pause agent C -> 202"], ..PAUSED };
    shift.serve("pause after a consult transfer from agent B", &event, wanted).await;

    let event = genesys.end_secure_pause(call, second);
    let wanted =
        Wanted { end: "resumed", requests: &["read -> 200", "resume agent C -> 202"], ..Wanted::default() };
    shift.serve("its resume", &event, wanted).await;
}

async fn stale_legs(shift: &mut Shift) {
    let genesys = shift.genesys();
    let (call, user) = (genesys.start_call(), Uuid::new_v4());
    let dead = [genesys.alert(call, user), genesys.alert(call, user)];
    for leg in dead {
        genesys.decline(call, leg);
        shift.cast("agent D's dead leg", call, leg);
    }
    let live = genesys.join(call, user);
    shift.cast("agent D", call, live);
    let mut event = genesys.secure_pause(call, user);
    // The event may even name the dead leg: the user wins over the participant.
    event["detail"]["eventBody"]["participantId"] = json!(dead[0]);
    let wanted =
        Wanted { paused: &["agent D"], requests: &["read -> 200", "pause agent D -> 202"], ..PAUSED };
    shift.serve("pause by a user with two dead legs", &event, wanted).await;
}

async fn rate_limited(shift: &mut Shift) {
    let (call, user) = connected(shift, "agent E");
    let event = shift.genesys().secure_pause(call, user);
    shift.genesys().inject(On::Pause, Fault::RetryAfter(1), 1);
    let wanted = Wanted {
        paused: &["agent E"],
        requests: &["read -> 200", "pause agent E -> 429", "pause agent E -> 202"],
        exposure_from: 1000,
        ..PAUSED
    };
    shift.serve("pause answered 429, Retry-After: 1", &event, wanted).await;
}

async fn connection_reset(shift: &mut Shift) {
    let (call, user) = connected(shift, "agent F");
    let event = shift.genesys().secure_pause(call, user);
    shift.genesys().inject(On::Pause, Fault::Reset, 1);
    let wanted = Wanted {
        paused: &["agent F"],
        requests: &["read -> 200", "pause agent F -> no answer", "pause agent F -> 202"],
        ..PAUSED
    };
    shift.serve("pause whose connection is reset", &event, wanted).await;
}

async fn expired_token(shift: &mut Shift) {
    let (call, user) = connected(shift, "agent G");
    let event = shift.genesys().secure_pause(call, user);
    shift.genesys().revoke_tokens();
    let wanted = Wanted {
        paused: &["agent G"],
        requests: &["read -> 401", "token -> 200", "read -> 200", "pause agent G -> 202"],
        ..PAUSED
    };
    shift.serve("pause with an expired token", &event, wanted).await;
}

async fn unknown_topic(shift: &mut Shift) {
    let (call, user) = connected(shift, "agent H");
    let event = shift.genesys().event(call, "user.end", json!({ "userId": user }));
    shift.serve("event of another topic", &event, Wanted { end: "ignored", ..Wanted::default() }).await;
}

async fn malformed(shift: &mut Shift) {
    let (call, user) = connected(shift, "agent I");
    let next = shift.genesys().secure_pause(call, user);
    let mut event = next.clone();
    event["detail"]["eventBody"]["conversationId"] = json!("../../users/me");
    let wanted = Wanted { end: "error InvalidEvent", ..Wanted::default() };
    shift.serve("malformed event", &event, wanted).await;

    let wanted =
        Wanted { paused: &["agent I"], requests: &["read -> 200", "pause agent I -> 202"], ..PAUSED };
    shift.serve("the next event, a pause", &next, wanted).await;
}

async fn ended_call(shift: &mut Shift) {
    let (call, user) = connected(shift, "agent J");
    let event = shift.genesys().secure_pause(call, user);
    shift.genesys().hang_up(call);
    let wanted = Wanted { end: "conversation_over", requests: &["read -> 200"], ..Wanted::default() };
    shift.serve("pause on a call that has ended", &event, wanted).await;
}

async fn forbidden(shift: &mut Shift) {
    let (call, user) = connected(shift, "agent K");
    let event = shift.genesys().secure_pause(call, user);
    shift.genesys().inject(On::Pause, Fault::Status(403), 1);
    let wanted = Wanted {
        end: "error Forbidden",
        requests: &["read -> 200", "pause agent K -> 403"],
        ..Wanted::default()
    };
    shift.serve("pause without the permission", &event, wanted).await;
}

async fn watched(shift: &mut Shift) {
    let (call, user) = connected(shift, "agent L");
    let event = shift.genesys().secure_pause(call, user);
    let message = sqs_batch(&[("message-1", event.to_string())]);
    let wanted = Wanted {
        end: "repaired",
        paused: &["agent L"],
        requests: &["read -> 200", "pause agent L -> 202"],
        ..Wanted::default()
    };
    shift.serve("check of a pause nobody made", &message, wanted).await;

    // The event of its end is lost.
    shift.genesys().end_secure_pause(call, user);
    let wanted =
        Wanted { end: "recovered", requests: &["read -> 200", "resume agent L -> 202"], ..Wanted::default() };
    shift.serve("check after an end nobody told of", &message, wanted).await;
}

async fn ordered(shift: &mut Shift) {
    let (call, _) = connected(shift, "agent M");
    let flow = shift.genesys().workflow(call);
    let order = |action: &str| json!({ "action": action, "conversationId": call });
    let wanted = Wanted {
        paused: &["agent M"],
        requests: &["read -> 200", "pause agent M -> 202", "message -> 200"],
        ..PAUSED
    };
    shift.serve("pause by order of a secure flow", &order("pause"), wanted).await;

    let wanted =
        Wanted { end: "resumed", requests: &["read -> 200", "resume agent M -> 202"], ..Wanted::default() };
    shift.serve("its resume", &order("resume"), wanted).await;
    shift.genesys().end_leg(call, flow);
}

async fn proven(shift: &mut Shift) {
    let (call, user) = connected(shift, "agent N");
    let event = shift.genesys().secure_pause(call, user);
    let wanted =
        Wanted { paused: &["agent N"], requests: &["read -> 200", "pause agent N -> 202"], ..PAUSED };
    shift.serve("pause", &event, wanted).await;
    sleep(A_CARD).await;
    let event = shift.genesys().end_secure_pause(call, user);
    let wanted =
        Wanted { end: "resumed", requests: &["read -> 200", "resume agent N -> 202"], ..Wanted::default() };
    shift.serve("its resume", &event, wanted).await;
    look(shift, call, "look at its recordings", "cut-out").await;
}

async fn exposed(shift: &mut Shift) {
    let (call, user) = connected(shift, "agent O");
    let event = shift.genesys().secure_pause(call, user);
    shift.genesys().inject(On::Pause, Fault::Status(501), 1);
    let wanted = Wanted {
        end: "error UpstreamUnavailable",
        requests: &["read -> 200", "pause agent O -> 501"],
        ..Wanted::default()
    };
    shift.serve("pause that Genesys cannot carry out", &event, wanted).await;
    sleep(A_CARD).await;
    shift.genesys().end_secure_pause(call, user);
    look(shift, call, "look at its recordings", "exposed").await;
}

async fn lost(shift: &mut Shift) {
    let (call, user) = connected(shift, "agent P");
    shift.genesys().secure_pause(call, user);
    sleep(A_CARD).await;
    shift.genesys().end_secure_pause(call, user);
    look(shift, call, "look at recordings of a lost pause", "exposed").await;
}

async fn unpaused(shift: &mut Shift) {
    let (call, _) = connected(shift, "agent Q");
    shift.genesys().edit(call, |body| body["participants"][0]["queueId"] = json!(PAYMENT_QUEUE));
    sleep(A_CARD).await;
    look(shift, call, "look at a payment call without a pause", "no-secure-pause").await;
}

/// The call ends, and some time later the function looks at what was recorded.
async fn look(shift: &mut Shift, call: Uuid, event: &'static str, verdict: &'static str) {
    shift.genesys().customer_end(call);
    let message = json!({ "proof": { "conversationId": call, "source": "customer.end" } }).to_string();
    let wanted =
        Wanted { end: verdict, requests: &["read -> 200", "recordings -> 200"], ..Wanted::default() };
    shift.serve(event, &sqs_batch(&[("look-1", message)]), wanted).await;
}

/// A call that an agent has answered, from a queue; with the agent's user.
fn connected(shift: &mut Shift, name: &'static str) -> (Uuid, Uuid) {
    let genesys = shift.genesys();
    let (call, user) = (genesys.start_call(), Uuid::new_v4());
    genesys.queue(call);
    let leg = genesys.join(call, user);
    shift.cast(name, call, leg);
    (call, user)
}
