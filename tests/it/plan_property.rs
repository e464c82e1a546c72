//! What holds for every plan, over generated conversations.

use proptest::prelude::*;
use secure_pause::batch::is_done;
use secure_pause::event::{Action, Door, Phase, Request};
use secure_pause::genesys::conversation::{Conversation, SecurePause};
use secure_pause::ids::ParticipantId;
use secure_pause::plan::{Decision, Outcome, Patience, Plan, Policy, decide};
use serde_json::Value;
use time::Duration;

use crate::generated::{body, leg_id, user};
use crate::plan_table::{INITIATOR, now, request};

/// The tables' words, told of the JSON body itself, apart from the code under test.
fn is_agent(leg: &Value) -> bool {
    leg["userId"].is_string() && ["agent", "user"].iter().any(|purpose| leg["purpose"] == *purpose)
}

fn is_connected(leg: &Value) -> bool {
    let dead_or_ringing = ["disconnected", "terminated", "none", "alerting"];
    leg["calls"].as_array().is_some_and(|calls| {
        calls.iter().any(|call| call["state"].as_str().is_some_and(|s| !dead_or_ringing.contains(&s)))
    })
}

fn is_over(body: &Value) -> bool {
    let writes_up =
        |leg: &Value| is_agent(leg) && leg["startAcwTime"].is_string() && leg["endAcwTime"].is_null();
    body["endTime"].is_string() && !body["participants"].as_array().unwrap().iter().any(writes_up)
}

/// What must be so where secure pause is seen to be over; more may have to.
fn may_be_off(body: &Value) -> bool {
    let mut calls = body["participants"].as_array().unwrap().iter().filter_map(|leg| leg["calls"].as_array());
    let recorded = body["recordingState"] == "ACTIVE"
        || calls.any(|calls| calls.iter().any(|it| it["recordingState"] == "active"));
    recorded && body["securePause"] != true && body["recordingState"] != "PAUSED"
}

fn cases() -> ProptestConfig {
    // PROPTEST_CASES runs more.
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 20_000;
    }
    config.failure_persistence = None;
    config
}

/// A plan, and what it was made of.
struct Made<'a> {
    request: &'a Request,
    policy: Policy,
    body: &'a Value,
    secure_pause: SecurePause,
    decision: Decision,
}

impl Made<'_> {
    fn targets(&self) -> &[ParticipantId] {
        match &self.decision {
            Decision::Settled(Plan::Act { targets, .. }) => targets,
            _ => &[],
        }
    }

    fn action(&self) -> Option<Action> {
        match self.decision {
            Decision::Settled(Plan::Act { action, .. }) => Some(action),
            _ => None,
        }
    }

    /// Each leg, and whether it is a target.
    fn legs(&self) -> impl Iterator<Item = (&Value, bool)> {
        let named = |leg: &Value| self.targets().iter().any(|target| leg["id"] == target.to_string());
        self.body["participants"].as_array().unwrap().iter().map(move |leg| (leg, named(leg)))
    }

    fn whoever(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.legs().filter(|(_, named)| *named).count(), self.targets().len(), "each once");
        prop_assert!(self.action().is_none() || !self.targets().is_empty());
        for (leg, _) in self.legs().filter(|(_, named)| *named) {
            prop_assert!(is_agent(leg), "never a customer, IVR or ACD leg: {}", leg);
        }
        Ok(())
    }

    fn paused(&self) -> Result<(), TestCaseError> {
        let is_check = self.request.door == Door::Watch;
        for (leg, named) in self.legs().filter(|(leg, _)| is_agent(leg) && is_connected(leg)) {
            let own = self.request.user.is_some_and(|user| leg["userId"] == user.to_string());
            let paused = leg["screenRecordingState"] == "paused";
            // In doubt of a secure pause, a check darkens only what is seen recorded.
            let active = leg["screenRecordingState"] == "active" || self.secure_pause == SecurePause::On;
            let spared = is_check && (paused || !active);
            prop_assert!(named || !own || spared, "never misses a live leg of the initiator: {}", leg);
            prop_assert!(named || !self.policy.all_agents || spared, "never misses a live agent: {}", leg);
            prop_assert!(!named || !spared, "a check spares what is dark, or not seen recorded: {}", leg);
        }
        Ok(())
    }

    fn resumed(&self) -> Result<(), TestCaseError> {
        prop_assert_ne!(self.secure_pause, SecurePause::On, "no door resumes while it is on");
        prop_assert!(self.body["securePause"] != true);
        if self.request.door == Door::Watch {
            prop_assert_eq!(self.secure_pause, SecurePause::Off, "nor the watch in doubt");
            prop_assert!(may_be_off(self.body), "nor before the voice is seen recording again");
        }
        for (leg, _) in self.legs().filter(|(_, named)| *named) {
            let state = leg["screenRecordingState"].as_str().unwrap_or("untold");
            let resumable = ["paused", "untold", "brightening"].contains(&state);
            prop_assert!(resumable, "never a screen that is neither paused nor unknown: {}", leg);
        }
        Ok(())
    }

    /// What each door may plan, and when it may plan nothing.
    fn door(&self) -> Result<(), TestCaseError> {
        let somebody = self.legs().any(|(leg, _)| is_agent(leg) && is_connected(leg));
        let looks_on = matches!(self.decision, Decision::NoTarget | Decision::ReadAgain);
        let (door, phase, open) = (self.request.door, self.request.phase, !is_over(self.body));
        match (door, phase, self.action()) {
            (Door::Event | Door::Direct, Phase::Started, Some(action)) => {
                prop_assert_eq!(action, Action::Pause);
            }
            (Door::Event | Door::Direct, Phase::Ended, Some(action)) => {
                prop_assert_eq!(action, Action::Resume);
            }
            (Door::Direct, Phase::Started, None) => {
                prop_assert!(!(open && somebody), "an order is carried out");
            }
            (Door::Event, Phase::Started, None) => {
                prop_assert!(!(looks_on && open && somebody), "somebody is live");
            }
            (Door::Watch, _, Some(Action::Pause)) => prop_assert_ne!(self.secure_pause, SecurePause::Off),
            _ => {}
        }
        if let (Door::Watch, Decision::Settled(Plan::Nothing(outcome))) = (door, &self.decision) {
            let over = !open || self.secure_pause == SecurePause::Off;
            prop_assert_eq!(
                is_done(*outcome),
                over,
                "a check is the last only when it is over: {:?}",
                outcome
            );
        }
        if let (Door::Direct, Decision::Settled(Plan::Nothing(outcome))) = (door, &self.decision) {
            prop_assert!(matches!(outcome, Outcome::Deferred | Outcome::NothingPaused), "{:?}", outcome);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_plan_keeps_its_promises(
        body in body(),
        door in proptest::sample::select(vec![Door::Event, Door::Direct, Door::Watch]),
        phase in proptest::sample::select(vec![Phase::Started, Phase::Ended]),
        age in -60i64..900,
        initiator in proptest::option::of(0u8..4),
        participant in proptest::option::of(0usize..8),
        all_agents: bool,
        spent: bool,
    ) {
        let conversation = Conversation::from_body(body.to_string().as_bytes()).unwrap();
        let (user, participant) = (initiator.map(user), participant.map(leg_id));
        let (user, participant) = (user.as_deref(), participant.as_deref());
        let request = request(door, phase, Duration::seconds(age), user, participant);
        let policy = Policy { all_agents, ..INITIATOR };
        let patience = if spent { Patience::Spent } else { Patience::Left };
        let decision = decide(&request, Some(&conversation), now(), policy, patience);
        prop_assert_eq!(&decision, &decide(&request, Some(&conversation), now(), policy, patience));

        let secure_pause = conversation.secure_pause();
        let made = Made { request: &request, policy, body: &body, secure_pause, decision };
        made.whoever()?;
        made.door()?;
        match made.action() {
            Some(Action::Pause) => made.paused()?,
            Some(Action::Resume) => made.resumed()?,
            None => {}
        }
    }
}
