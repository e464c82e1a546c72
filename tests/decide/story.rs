//! A run in words.

use secure_pause::decide::Command;
use secure_pause::decide::tables::Reads;
use secure_pause::genesys::conversation::Conversation;
use secure_pause::genesys::screen_recording::Action;
use secure_pause::ids::ParticipantId;

use crate::fixtures::{LEG_A, LEG_B, LEG_C, id};
use crate::play::{Fed, Played, Step};

impl Played {
    /// What was commanded, a line each, but for readings and waits.
    pub fn lines(&self) -> Vec<String> {
        let of_step = |step: &Step| {
            let now = step.now.as_millis();
            let lines =
                step.commands.iter().filter_map(move |command| Some(format!("{now} {}", told(command)?)));
            lines.collect::<Vec<_>>()
        };
        self.steps.iter().flat_map(of_step).collect()
    }

    /// The whole run, a step a line, for a run that went wrong.
    pub fn story(&self) -> String {
        let fed = |step: &Step| match &step.fed {
            Fed::Time => "time".to_owned(),
            Fed::Reading { read: Err(_), .. } => "no reading".to_owned(),
            Fed::Answer(leg, _) => format!("an answer for {}", letter(*leg)),
            Fed::VoiceAnswer(_) => "an answer for the voice".to_owned(),
            Fed::Reading { began, read: Ok(conversation) } => {
                let legs = conversation.iter().flat_map(Conversation::agent_legs);
                let legs = legs.filter_map(|leg| {
                    Some(format!(
                        "{} {:?}{} {:?}",
                        letter(leg.id()?),
                        leg.life(),
                        if leg.is_in_wrap_up() { " in wrap-up" } else { "" },
                        leg.screen()
                    ))
                });
                let reads = Reads::of(conversation.as_ref());
                format!("{reads:?} from {} with {:?}", began.as_millis(), legs.collect::<Vec<_>>())
            }
        };
        let line = |step: &Step| {
            let commands: Vec<_> = step.commands.iter().filter_map(told).collect();
            format!("\n{} {} -> {commands:?}", step.now.as_millis(), fed(step))
        };
        self.steps.iter().map(line).collect()
    }
}

fn told(command: &Command) -> Option<String> {
    Some(match command {
        Command::Read { .. } | Command::WaitUntil(_) => return None,
        Command::Send(leg, Action::Pause) => format!("pause {}", letter(*leg)),
        Command::Send(leg, Action::Resume) => format!("resume {}", letter(*leg)),
        Command::GiveUp(leg) => format!("give up {}", letter(*leg)),
        Command::SendVoice(Action::Pause) => "pause voice".to_owned(),
        Command::SendVoice(Action::Resume) => "resume voice".to_owned(),
        Command::GiveUpVoice => "give up voice".to_owned(),
        Command::PostWatch => "watch".to_owned(),
        Command::End(Ok(outcome)) => format!("{outcome:?}"),
        Command::End(Err(error)) => error.name().to_owned(),
    })
}

fn letter(leg: ParticipantId) -> &'static str {
    [(LEG_A, "A"), (LEG_B, "B"), (LEG_C, "C")]
        .iter()
        .find(|(name, _)| id(name) == leg)
        .map_or("?", |(_, letter)| letter)
}
