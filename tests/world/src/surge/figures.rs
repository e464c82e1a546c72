//! What a run came to: from the organization's timeline, the journal, the invocations and the function's log.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use uuid::Uuid;
use world::{Happening, Moment, Refusal, ScreenState, Service};

use crate::{
    host::Host,
    lambda::{Invocation, Kind},
    play::{Played, Stage},
};

/// On time is what is done within so long of the delivery of its event.
pub(crate) const ON_TIME: Duration = Duration::from_secs(1);
const CONVERSATIONS: &str = "/api/v2/conversations/";

/// When the screens of a conversation changed, in order.
type Screens = Vec<(SystemTime, ScreenState)>;

/// What became of one secure pause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fate {
    /// From the delivery of the start until the screen was dark; none where it was not before the secure pause ended.
    dark: Option<Duration>,
    /// From the delivery of the end until it was recorded again, of one that had been dark; none where it stayed dark.
    bright: Option<Duration>,
    /// Whether it was dark when its end came, or got dark after that.
    was_dark: bool,
}

impl Fate {
    fn of(played: &Played, screens: &[(SystemTime, ScreenState)]) -> Self {
        let since = |from: SystemTime, at: SystemTime| at.duration_since(from).unwrap_or_default();
        let changes = |to: ScreenState| screens.iter().filter(move |it| it.1 == to).map(|it| it.0);
        let dark = changes(ScreenState::Paused).find(|at| (played.began..played.ended).contains(at));
        let last = screens.last().filter(|it| it.1 == ScreenState::Active).map(|it| it.0);
        let bright = last.filter(|at| *at >= played.ended);
        Self {
            dark: dark.map(|at| since(played.delivered, at)),
            bright: played.end_delivered.zip(bright).map(|(from, at)| since(from, at)),
            was_dark: changes(ScreenState::Paused).next().is_some(),
        }
    }
}

/// What kept the start of a secure pause from being served, besides Genesys.
#[derive(Clone, Copy, Debug, Default)]
struct Hindrance {
    /// The machine.
    stalled: Duration,
    /// All environments were at work, and there were no more.
    waited: Duration,
}

impl Played {
    /// When its screen was dark, or else its end.
    fn until(&self, fate: Fate) -> SystemTime {
        fate.dark.map_or(self.ended, |dark| self.delivered + dark)
    }
}

/// Why a pause was late, as far as that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Late {
    /// A request of its conversation was refused by the limit of a token.
    pub(crate) token: usize,
    /// By that of the OAuth client.
    pub(crate) client: usize,
    /// None was refused. It would have been on time if an environment had been free at once.
    pub(crate) environments: usize,
    /// None was refused. It would have been on time if the machine had not held it up.
    pub(crate) machine: usize,
    /// Nothing is known that excuses it.
    pub(crate) other: usize,
}

impl Late {
    /// All of them.
    pub(crate) fn all(self) -> usize {
        self.token + self.client + self.environments + self.machine + self.other
    }
}

/// What the invocations of one kind came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct OfKind {
    pub(crate) invocations: usize,
    pub(crate) failed: usize,
    pub(crate) cold: usize,
    /// Milliseconds that Lambda bills, altogether.
    pub(crate) billed: u64,
    /// Requests to the API host.
    pub(crate) requests: usize,
}

/// What came of one program in one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) pauses: usize,
    pub(crate) on_time: usize,
    pub(crate) late: Late,
    /// Of the late ones, those that were not dark before their secure pause ended.
    pub(crate) never: usize,
    /// From delivery to dark, or to the end of the secure pause where it never was.
    pub(crate) worst: Duration,
    /// Ends of secure pauses whose screen had been dark, and those that were late or stayed dark.
    pub(crate) resumes: usize,
    pub(crate) resumed_late: usize,
    pub(crate) left_dark: usize,
    pub(crate) requests: usize,
    pub(crate) refused_token: usize,
    pub(crate) refused_client: usize,
    pub(crate) tokens: usize,
    pub(crate) environments: usize,
    pub(crate) throttled: usize,
    pub(crate) lost: usize,
    pub(crate) given_up: usize,
    pub(crate) kinds: BTreeMap<Kind, OfKind>,
    /// The metrics `LeftForLater` and `TokenRenewedForLimit`.
    pub(crate) left_for_later: u64,
    pub(crate) renewed_for_limit: u64,
    pub(crate) log_bytes: usize,
    pub(crate) messages: u64,
    pub(crate) messages_left: u64,
    /// How long processes waited for a processor, altogether and in one invocation at the most.
    pub(crate) stalled: Duration,
    pub(crate) worst_stall: Duration,
    /// How late the watch was by its own concurrency.
    pub(crate) watch_behind: Duration,
}

impl Figures {
    pub(crate) fn of(stage: &Stage, host: &Host) -> Self {
        let mut figures = Self::default();
        let screens = screens(&stage.world.genesys.timeline());
        let refusals = stage.world.genesys.refusals();
        let invocations = stage.lambda.invocations();
        let mut hindered: HashMap<Uuid, Hindrance> = HashMap::new();
        for it in invocations.iter().filter(|it| it.kind == Kind::Pause) {
            let by = hindered.entry(it.conversation).or_default();
            by.stalled += it.stalled;
            by.waited += it.waited;
        }
        for played in &stage.played {
            let fate = Fate::of(played, screens.get(&played.conversation).map_or(&[], Vec::as_slice));
            let by = hindered.get(&played.conversation).copied().unwrap_or_default();
            let held_up = host.held_up(played.delivered, played.until(fate));
            figures.add(played, fate, &refusals, Hindrance { stalled: by.stalled + held_up, ..by });
        }
        figures.refused_token = refusals.iter().filter(|it| it.is_of_token).count();
        figures.refused_client = refusals.len() - figures.refused_token;
        figures.count_requests(stage, &invocations);
        for it in &invocations {
            let kind = figures.kinds.entry(it.kind).or_default();
            kind.invocations += 1;
            kind.failed += usize::from(it.failed);
            kind.cold += usize::from(it.init.is_some());
            kind.billed += it.billed();
            figures.stalled += it.stalled;
            figures.worst_stall = figures.worst_stall.max(it.stalled);
        }
        figures.environments = stage.lambda.environments();
        (figures.throttled, figures.lost, figures.given_up) = stage.lambda.troubles();
        for line in stage.lambda.logs() {
            figures.log_bytes += line.len() + 1;
            figures.left_for_later += metric(&line, "LeftForLater");
            figures.renewed_for_limit += metric(&line, "TokenRenewedForLimit");
        }
        if let Some(watch) = &stage.watch {
            let counts = watch.counts();
            figures.messages = counts.sent;
            figures.messages_left = counts.sent - counts.done;
            figures.watch_behind = counts.behind;
        }
        figures
    }

    fn add(&mut self, played: &Played, fate: Fate, refusals: &[Refusal], by: Hindrance) {
        self.pauses += 1;
        let until = played.until(fate);
        let took = until.duration_since(played.delivered).unwrap_or_default();
        self.worst = self.worst.max(took);
        self.never += usize::from(fate.dark.is_none());
        if fate.dark.is_some() && took <= ON_TIME {
            self.on_time += 1;
        } else {
            let path = format!("{CONVERSATIONS}{}", played.conversation);
            let mut mine = refusals.iter().filter(|it| it.at <= until && it.path.starts_with(&path));
            match mine.next() {
                Some(refusal) if refusal.is_of_token => self.late.token += 1,
                Some(_) => self.late.client += 1,
                None if took.saturating_sub(by.stalled) <= ON_TIME => self.late.machine += 1,
                None if took.saturating_sub(by.waited + by.stalled) <= ON_TIME => self.late.environments += 1,
                None => self.late.other += 1,
            }
        }
        if played.end_delivered.is_some() && fate.was_dark {
            self.resumes += 1;
            self.left_dark += usize::from(fate.bright.is_none());
            self.resumed_late += usize::from(fate.bright.is_none_or(|it| it > ON_TIME));
        }
    }

    /// Each request by the invocation that made it: of its conversation, at its time.
    fn count_requests(&mut self, stage: &Stage, invocations: &[Invocation]) {
        let mut by_conversation: HashMap<Uuid, Vec<&Invocation>> = HashMap::new();
        for it in invocations {
            by_conversation.entry(it.conversation).or_default().push(it);
        }
        for request in stage.world.requests() {
            match request.service {
                Service::Login if request.status == Some(200) => self.tokens += 1,
                Service::Api => {
                    self.requests += 1;
                    let of = conversation(&request.path).and_then(|it| by_conversation.get(&it));
                    let at = request.arrived;
                    let by =
                        of.into_iter().flatten().find(|it| (it.began..=it.began + it.took).contains(&at));
                    if let Some(by) = by {
                        self.kinds.entry(by.kind).or_default().requests += 1;
                    }
                }
                _ => {}
            }
        }
        // What proof asks for is apart, because the run had ended.
        self.requests -= self.kind(Kind::Look).requests + self.kind(Kind::Receipt).requests;
    }

    /// What the invocations of a kind came to.
    pub(crate) fn kind(&self, kind: Kind) -> OfKind {
        self.kinds.get(&kind).copied().unwrap_or_default()
    }

    /// A figure for each secure pause.
    pub(crate) fn a_pause(&self, count: usize) -> f64 {
        count as f64 / self.pauses.max(1) as f64
    }

    /// Share of the pauses that were late.
    pub(crate) fn late_share(&self) -> f64 {
        self.a_pause(self.late.all())
    }

    /// Share of the ends that were late.
    pub(crate) fn resumed_late_share(&self) -> f64 {
        self.resumed_late as f64 / self.resumes.max(1) as f64
    }

    /// For programs to read.
    pub(crate) fn json(&self) -> Value {
        let kinds = Kind::ALL.into_iter().filter(|kind| self.kinds.contains_key(kind)).map(|kind| {
            let of = self.kind(kind);
            let figures = json!({
                "invocations": of.invocations,
                "failed": of.failed,
                "cold": of.cold,
                "billedMs": of.billed,
                "requests": of.requests,
            });
            (kind.word().to_owned(), figures)
        });
        json!({
            "securePauses": self.pauses,
            "onTime": self.on_time,
            "late": {
                "all": self.late.all(),
                "tokenLimit": self.late.token,
                "clientLimit": self.late.client,
                "environments": self.late.environments,
                "machine": self.late.machine,
                "other": self.late.other,
                "neverDark": self.never,
            },
            "worstMs": self.worst.as_millis(),
            "resumes": { "all": self.resumes, "late": self.resumed_late, "leftDark": self.left_dark },
            "requests": self.requests,
            "requestsASecurePause": self.a_pause(self.requests),
            "refused": { "tokenLimit": self.refused_token, "clientLimit": self.refused_client },
            "tokens": self.tokens,
            "environments": self.environments,
            "waitedForProcessorMs": { "all": self.stalled.as_millis(), "worst": self.worst_stall.as_millis() },
            "throttled": self.throttled,
            "withoutAnswer": self.lost,
            "givenUp": self.given_up,
            "leftForLater": self.left_for_later,
            "tokenRenewedForLimit": self.renewed_for_limit,
            "watch": {
                "messages": self.messages,
                "left": self.messages_left,
                "behindMs": self.watch_behind.as_millis(),
            },
            "logBytes": self.log_bytes,
            "invocations": kinds.collect::<serde_json::Map<_, _>>(),
        })
    }
}

fn screens(timeline: &[Moment]) -> HashMap<Uuid, Screens> {
    let mut screens: HashMap<Uuid, Screens> = HashMap::new();
    for moment in timeline {
        // The ends of calls are no resumes.
        if let Happening::Screen {
            state: Some(state @ (ScreenState::Active | ScreenState::Paused)), ..
        } = moment.happening
        {
            screens.entry(moment.conversation).or_default().push((moment.at, state));
        }
    }
    screens
}

fn conversation(path: &str) -> Option<Uuid> {
    path.strip_prefix(CONVERSATIONS)?.get(..36)?.parse().ok()
}

/// What a line of metrics counts under this name: one value or several.
fn metric(line: &str, name: &str) -> u64 {
    if !line.contains("\"_aws\"") || !line.contains(name) {
        return 0;
    }
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    match &line[name] {
        Value::Array(values) => values.iter().filter_map(Value::as_u64).sum(),
        value => value.as_u64().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(ms)
    }

    /// Began at 1 s, delivered at 1.5 s, ended at 61 s, delivered at 61.5 s.
    fn played() -> Played {
        let id = Uuid::nil();
        let (began, delivered, ended) = (at(1_000), at(1_500), at(61_000));
        let end_delivered = Some(at(61_500));
        Played { conversation: id, began, delivered, ended, end_delivered }
    }

    fn fate(screens: &[(u64, ScreenState)]) -> Fate {
        let screens: Screens = screens.iter().map(|(ms, state)| (at(*ms), *state)).collect();
        Fate::of(&played(), &screens)
    }

    #[test]
    fn a_fate_is_from_delivery_to_dark_and_from_delivery_to_recorded_again() {
        use ScreenState::{Active, Paused};
        let ms = |ms| Some(Duration::from_millis(ms));
        let cases: [(&[_], _, _, _, &str); 5] = [
            (&[(0, Active), (1_700, Paused), (61_800, Active)], ms(200), ms(300), true, "as it should be"),
            (&[(0, Active), (9_500, Paused)], ms(8_000), None, true, "late, and left dark"),
            (&[(0, Active)], None, None, false, "never dark, so that nothing is resumed"),
            (&[(0, Active), (62_000, Paused)], None, None, true, "dark when it was over"),
            (
                &[(0, Active), (1_700, Paused), (5_000, Active)],
                ms(200),
                None,
                true,
                "resumed too early is no resume",
            ),
        ];
        for (screens, dark, bright, was_dark, reason) in cases {
            assert_eq!(fate(screens), Fate { dark, bright, was_dark }, "{reason}");
        }
    }

    #[test]
    fn a_late_pause_is_put_down_to_the_limit_that_refused_it() {
        let path = format!("{CONVERSATIONS}{}", Uuid::nil());
        let refusal = |ms, is_of_token| Refusal { at: at(ms), path: path.clone(), is_of_token };
        let late = |refusals: &[Refusal], fate: Fate, by: (u64, u64)| {
            let mut figures = Figures::default();
            let (stalled, waited) = (Duration::from_millis(by.0), Duration::from_millis(by.1));
            figures.add(&played(), fate, refusals, Hindrance { stalled, waited });
            (figures.on_time, figures.late, figures.worst)
        };
        let (ms, none) = (Duration::from_millis, Late::default());
        let dark = |took| Fate { dark: Some(ms(took)), bright: None, was_dark: true };
        assert_eq!(late(&[], dark(1_000), (0, 0)), (1, none, ms(1_000)));
        assert_eq!(late(&[], dark(1_001), (0, 0)), (0, Late { other: 1, ..none }, ms(1_001)));
        assert_eq!(late(&[], dark(1_300), (300, 0)), (0, Late { machine: 1, ..none }, ms(1_300)));
        assert_eq!(late(&[], dark(1_300), (100, 200)), (0, Late { environments: 1, ..none }, ms(1_300)));
        let after = [refusal(1_600, true)];
        assert_eq!(late(&after, dark(1_001), (0, 0)), (0, Late { token: 1, ..none }, ms(1_001)));
        let client = [refusal(1_600, false), refusal(9_000, true)];
        assert_eq!(late(&client, dark(2_000), (0, 0)), (0, Late { client: 1, ..none }, ms(2_000)));
        let too_late = [refusal(9_000, true)];
        assert_eq!(late(&too_late, dark(2_000), (0, 0)), (0, Late { other: 1, ..none }, ms(2_000)));
        assert_eq!(late(&client, Fate::default(), (0, 0)), (0, Late { client: 1, ..none }, ms(59_500)));
    }

    #[test]
    fn a_metric_is_one_value_or_several() {
        let line = r#"{"_aws": {}, "LeftForLater": [1, 2], "Paused": 1}"#;
        assert_eq!((metric(line, "LeftForLater"), metric(line, "Paused"), metric(line, "Left")), (3, 1, 0));
        assert_eq!(metric(r#"{"message": "LeftForLater"}"#, "LeftForLater"), 0);
    }
}
