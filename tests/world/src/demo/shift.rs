//! The shift: serves one event after the other and notes what came of it.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use serde_json::Value;
use uuid::Uuid;
use world::{Genesys, Recorded, ScreenState, Service};

use crate::{
    checks, kept,
    scene::{Came, Line, Wanted, is_steering},
    scenes::SCENES,
    stage::{self, Stage, Trouble},
};

/// A shift that is going on.
pub(crate) struct Shift {
    stage: Stage,
    cast: Vec<Role>,
    lines: Vec<Line>,
    /// Everything the function gave back, for the search for leaks.
    answers: Vec<String>,
    /// The process is gone, and with it the rest of the shift.
    is_lost: bool,
}

/// A leg in the scene being played.
struct Role {
    name: &'static str,
    conversation: Uuid,
    participant: Uuid,
}

/// A shift that is over.
pub(crate) struct Report {
    /// The table.
    pub(crate) lines: Vec<Line>,
    /// What does not hold for the shift as a whole; empty in a good one.
    pub(crate) faults: Vec<String>,
    /// The function's log.
    pub(crate) log: Vec<String>,
    /// What happened in truth, as lines.
    pub(crate) truth: Vec<String>,
}

impl Report {
    /// How the demo ends.
    ///
    /// # Errors
    /// [`Trouble::NotAsItShould`] where a line, or the shift as a whole, has a fault.
    pub(crate) fn verdict(&self) -> Result<(), Trouble> {
        let bad = self.lines.iter().filter(|line| !line.faults.is_empty()).count();
        match (bad, self.faults.len()) {
            (0, 0) => Ok(()),
            (lines, more) => Err(Trouble::NotAsItShould(format!(
                "{lines} of {} lines did not end as they should; {more} more faults",
                self.lines.len()
            ))),
        }
    }
}

impl Shift {
    /// A shift in which nothing has happened yet.
    pub(crate) fn begin(stage: Stage) -> Self {
        Self { stage, cast: Vec::new(), lines: Vec::new(), answers: Vec::new(), is_lost: false }
    }

    /// Plays every scene, with a line of progress each.
    pub(crate) async fn play(&mut self) {
        progress(&format!("the function asked for its first event after {}\n", ms(self.stage.started_in)));
        for (number, (title, scene)) in SCENES.iter().enumerate() {
            if self.is_lost {
                break;
            }
            progress(&format!("[{}/{}] {title} … ", number + 1, SCENES.len()));
            self.cast.clear();
            // A fault that nothing ran into must not spoil the scenes that follow.
            self.stage.world.genesys.clear_faults();
            let (before, since) = (self.lines.len(), Instant::now());
            scene(self).await;
            let good = self.lines[before..].iter().all(|line| line.faults.is_empty());
            let verdict = if good { "as expected" } else { "NOT AS EXPECTED" };
            progress(&format!("{verdict}, {}\n", ms(since.elapsed())));
        }
    }

    /// Looks at the shift as a whole and ends the process.
    pub(crate) async fn end(self) -> Report {
        let mut faults = checks::faults(&self.stage, &self.answers);
        if self.is_lost {
            faults.push("the function died, and the rest of the shift was not played".to_owned());
        }
        let log = self.stage.function.logs();
        let truth = kept::truth(&self.stage.world.genesys.timeline());
        self.stage.function.stop().await;
        Report { lines: self.lines, faults, log, truth }
    }

    /// The organization.
    pub(crate) fn genesys(&self) -> Genesys {
        self.stage.world.genesys.clone()
    }

    /// Gives a leg of the scene its name in the table.
    pub(crate) fn cast(&mut self, name: &'static str, conversation: Uuid, participant: Uuid) {
        self.cast.push(Role { name, conversation, participant });
    }

    /// Serves one event and notes its line.
    pub(crate) async fn serve(&mut self, event: &'static str, payload: &Value, wanted: Wanted<'_>) {
        let before = self.stage.world.requests().len();
        let answer = self.stage.invoke(payload.to_string().into_bytes()).await;
        let requests = self.stage.world.requests().split_off(before);
        self.is_lost = !self.stage.function.is_running();
        let body = answer.as_ref().ok().and_then(|answer| answer.result.as_ref().ok());
        let id = answer.as_ref().map(|answer| answer.request_id.clone()).unwrap_or_default();
        let log = self.stage.function.logs();
        let logged: Vec<String> = log.iter().filter_map(|line| stage::ending(line, &id)).collect();
        // A batch is answered with what is not done; how its message ended is in the log.
        let is_batch = body.is_some_and(|body| body.get("batchItemFailures").is_some());
        let of_message = logged.first().filter(|_| is_batch).cloned();
        let came = Came {
            end: of_message.unwrap_or_else(|| stage::end(&answer)),
            paused: self.paused(),
            requests: requests.iter().map(|request| self.words(request)).collect(),
            claims_paused: body.is_some_and(|body| body["paused"] == true),
            exposure_ms: body.and_then(|body| body["exposureMs"].as_i64()),
            logged,
        };
        if let Ok(answer) = &answer {
            let given = answer.result.as_ref().map_err(|failure| &failure.body);
            self.answers.push(given.unwrap_or_else(|body| body).to_string());
        }
        let told = |what: &dyn Fn(&str) -> bool| names(came.requests.iter().map(String::as_str), what);
        let is_pause = |it: &str| it.starts_with("pause ");
        self.lines.push(Line {
            event,
            screens: told(&is_steering),
            asked: told(&is_pause).len(),
            acknowledged: told(&|it| is_pause(it) && it.contains("-> 2")).len(),
            faults: wanted.faults(&came),
            came,
        });
    }

    fn paused(&self) -> Vec<String> {
        let genesys = &self.stage.world.genesys;
        let is_paused =
            |role: &&Role| genesys.screen(role.conversation, role.participant) == Some(ScreenState::Paused);
        self.cast.iter().filter(is_paused).map(|role| role.name.to_owned()).collect()
    }

    /// A request with names in place of ids; in full where it is about nobody in the scene.
    fn words(&self, request: &Recorded) -> String {
        let what = match request.service {
            Service::SecretsManager => Some("secret".to_owned()),
            Service::Login => Some("token".to_owned()),
            Service::Queue => Some("message".to_owned()),
            Service::Api => self.cast.iter().find_map(|role| role.words(request)),
        };
        match (what, request.status) {
            (None, _) => request.line(),
            (Some(what), Some(status)) => format!("{what} -> {status}"),
            (Some(what), None) => format!("{what} -> no answer"),
        }
    }
}

impl Role {
    fn words(&self, request: &Recorded) -> Option<String> {
        let conversation = format!("/api/v2/conversations/{}", self.conversation);
        let screen = format!("{conversation}/participants/{}/screenrecording", self.participant);
        match request.path.strip_prefix(&conversation).map(|rest| rest.split('?').next().unwrap_or_default())
        {
            Some("") => return Some("read".to_owned()),
            Some("/recordings") => return Some("recordings".to_owned()),
            _ => {}
        }
        match request.path.strip_prefix(&screen)? {
            "/pause" => Some(format!("pause {}", self.name)),
            "/resume" => Some(format!("resume {}", self.name)),
            _ => None,
        }
    }
}

/// Whose screens the requests are about, each once, in order.
fn names<'a>(requests: impl Iterator<Item = &'a str>, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for request in requests.filter(|request| wanted(request)) {
        let words = request.split(" -> ").next().unwrap_or_default();
        let name = words.split_once(' ').map_or(words, |(_, name)| name).to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn ms(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

/// Whoever closed standard error does not want to be told.
fn progress(text: &str) {
    let mut to = std::io::stderr();
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}
