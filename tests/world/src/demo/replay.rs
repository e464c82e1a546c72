//! One event from a file: staged, sent, and everything that came of it told.

use std::path::Path;

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;
use world::{Genesys, GivenEvent, Staged};

use crate::stage::{self, Stage, Trouble};

/// Replays the event from the file at `path`; gives what is to be printed, and how the demo ends.
///
/// # Errors
/// The second is [`Trouble::NotAsItShould`] where the function gave neither answer nor error.
pub(crate) async fn play(
    stage: Stage,
    path: &Path,
    event: &GivenEvent,
    as_is: bool,
) -> (String, Result<(), Trouble>) {
    let genesys = &stage.world.genesys;
    let staged = event.stage(genesys);
    let (payload, moved) = if as_is { (event.as_is(), 0) } else { event.moved_to(OffsetDateTime::now_utc()) };
    let answer = stage.invoke(payload).await;
    let requests: Vec<String> = stage.world.requests().iter().map(world::Recorded::line).collect();
    let mut sections = vec![
        ("event", vec![path.display().to_string(), times(as_is, moved).to_owned()]),
        ("staged", staged.as_ref().map_or_else(|| vec![NOTHING.to_owned()], told)),
        (
            match &answer {
                Ok(answer) if answer.result.is_ok() => "answer",
                _ => "error",
            },
            match &answer {
                Ok(answer) => vec![pretty(answer.result.as_ref().unwrap_or_else(|it| &it.body))],
                Err(lost) => vec![lost.to_string()],
            },
        ),
        ("requests", requests),
    ];
    if let Some(staged) = &staged {
        sections.push(("screens", screens(genesys, staged)));
    }
    sections.push(("log", stage.function.logs()));
    let result = match &answer {
        Ok(_) => Ok(()),
        Err(_) => Err(Trouble::NotAsItShould(stage::end(&answer))),
    };
    stage.function.stop().await;
    let text = sections.iter().map(|(title, lines)| format!("{title}\n{}\n", indented(lines)));
    (text.collect::<Vec<_>>().join("\n"), result)
}

const NOTHING: &str = "nothing: the event is no secure pause with a conversation";

fn times(as_is: bool, moved: usize) -> &'static str {
    match (as_is, moved) {
        (true, _) => "sent as it is, with its own times",
        (false, 0) => "sent as it is: it tells no times",
        (false, _) => "sent with its times moved to now; --as-is leaves them",
    }
}

fn told(staged: &Staged) -> Vec<String> {
    let state = if staged.starts {
        "secure pause on, both screens recorded"
    } else {
        "secure pause over, voice recorded again, the initiator's screen paused"
    };
    vec![
        format!("conversation {}: {state}", staged.conversation),
        format!("the initiator's leg {}", staged.initiator),
        format!("another agent's leg {}", staged.other),
    ]
}

fn screens(genesys: &Genesys, staged: &Staged) -> Vec<String> {
    let state = |leg: Uuid| genesys.screen(staged.conversation, leg).map_or("not recorded", |it| it.word());
    vec![
        format!("the initiator's: {}", state(staged.initiator)),
        format!("the other agent's: {}", state(staged.other)),
    ]
}

fn pretty(value: &Value) -> String {
    // A value that came from JSON can be written as JSON.
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

fn indented(lines: &[String]) -> String {
    if lines.is_empty() {
        return "  none".to_owned();
    }
    lines.iter().flat_map(|it| it.lines()).map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
