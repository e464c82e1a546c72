//! What was asked of whom on the way to a pause, and what waited for what.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use world::{Connected, Recorded, Service, World};

/// A connection that is so much older than its first request was opened ahead of it.
const AHEAD: Duration = Duration::from_millis(2);

/// How much the world had seen at some moment.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    requests: usize,
    connections: usize,
}

/// Everything from a moment until the pause was asked for.
pub(crate) struct Route {
    /// The start of the process, or its receipt of the event.
    pub(crate) began: Instant,
    /// When the request for the pause came that was answered.
    pub(crate) paused: Instant,
    /// Connections that were opened ahead, and requests, in order.
    pub(crate) steps: Vec<Step>,
}

/// A request, or a connection that was opened ahead of any.
pub(crate) struct Step {
    pub(crate) what: &'static str,
    pub(crate) began: Instant,
    /// None where there was no answer, and for a connection.
    pub(crate) ended: Option<Instant>,
    pub(crate) connection: Connection,
}

/// On what a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// It was opened for this request.
    New,
    /// It was opened before there was anything to ask, and this is its first request.
    Ahead,
    /// There had been a request on it before.
    Reused,
    /// The step is the opening itself.
    Opened,
}

impl Mark {
    pub(crate) fn now(world: &World) -> Self {
        Self { requests: world.requests().len(), connections: world.connections().len() }
    }

    /// The way from here to the pause; none if none was asked for and answered.
    pub(crate) fn route(self, world: &World, began: Instant) -> Option<Route> {
        let requests = world.requests().split_off(self.requests);
        let last = requests.iter().position(|it| what(it) == "pause" && it.status.is_some())?;
        let paused = requests[last].arrived;
        let opened = world.connections().split_off(self.connections);
        let opened: Vec<Connected> = opened.into_iter().filter(|it| it.at <= paused).collect();
        let requests = &requests[..=last];
        let mut steps = Vec::new();
        for connection in &opened {
            let first = requests.iter().find(|it| it.connection == connection.connection);
            if first.is_none_or(|first| first.arrived > connection.at + AHEAD) {
                let what = connect(connection.service);
                steps.push(Step { what, began: connection.at, ended: None, connection: Connection::Opened });
            }
        }
        for (index, request) in requests.iter().enumerate() {
            let is_first = !requests[..index].iter().any(|it| it.connection == request.connection);
            let connection = match opened.iter().find(|it| it.connection == request.connection) {
                Some(it) if is_first && request.arrived > it.at + AHEAD => Connection::Ahead,
                Some(_) if is_first => Connection::New,
                _ => Connection::Reused,
            };
            let (what, began) = (what(request), request.arrived);
            steps.push(Step { what, began, ended: request.ended, connection });
        }
        steps.sort_by_key(|step| step.began);
        Some(Route { began, paused, steps })
    }
}

impl Route {
    /// From its beginning to the pause.
    pub(crate) fn took(&self) -> Duration {
        self.paused - self.began
    }

    /// The part of [`Route::took`] in which no answer was waited for.
    pub(crate) fn own(&self) -> Duration {
        self.took().saturating_sub(self.waited(self.began, self.paused))
    }

    /// How long any answer was waited for between two moments.
    pub(crate) fn waited(&self, from: Instant, to: Instant) -> Duration {
        let mut counted = from;
        let mut waited = Duration::ZERO;
        for step in self.requests() {
            let (began, ended) = (step.began.max(counted), step.ended.unwrap_or(step.began).min(to));
            waited += ended.saturating_duration_since(began);
            counted = counted.max(ended);
        }
        waited
    }

    /// The requests between two moments that were answered by the second, as the longest row of them in which
    /// each began after the one before had ended.
    pub(crate) fn in_a_row(&self, from: Instant, to: Instant) -> usize {
        let mut rows: Vec<(Instant, usize)> = Vec::new();
        for step in self.requests().filter(|step| step.began >= from) {
            let before = rows.iter().filter(|(ended, _)| *ended <= step.began).map(|(_, row)| *row).max();
            // The pause itself counts, although the way ends before its answer.
            let ended = if step.began == self.paused { Some(self.paused) } else { step.ended };
            if let Some(ended) = ended.filter(|ended| *ended <= to) {
                rows.push((ended, before.unwrap_or(0) + 1));
            }
        }
        rows.into_iter().map(|(_, row)| row).max().unwrap_or(0)
    }

    /// How many connections were opened from this moment on.
    pub(crate) fn connections_since(&self, from: Instant) -> usize {
        let is_opening = |step: &&Step| matches!(step.connection, Connection::New | Connection::Opened);
        self.steps.iter().filter(is_opening).filter(|step| step.began >= from).count()
    }

    /// How many requests there were.
    pub(crate) fn count(&self) -> usize {
        self.requests().count()
    }

    /// The steps as JSON, in milliseconds from the beginning.
    pub(crate) fn json(&self) -> Value {
        let at = |moment: Instant| (moment - self.began).as_secs_f64() * 1000.0;
        let steps = self.steps.iter().map(|step| {
            json!({
                "what": step.what,
                "atMs": at(step.began),
                "endedMs": step.ended.map(at),
                "connection": step.connection.word(),
            })
        });
        Value::Array(steps.collect())
    }

    fn requests(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.connection != Connection::Opened)
    }
}

impl Connection {
    /// The word in a waterfall.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Ahead => "opened ahead",
            Self::Reused => "reused",
            Self::Opened => "opening",
        }
    }
}

fn what(request: &Recorded) -> &'static str {
    match request.service {
        Service::SecretsManager => "secret",
        Service::Login => "token",
        Service::Queue => "message",
        Service::Api if request.path.ends_with("/pause") => "pause",
        Service::Api if request.path.starts_with("/api/v2/conversations/") => "conversation",
        Service::Api => "other API",
    }
}

fn connect(service: Service) -> &'static str {
    match service {
        Service::SecretsManager | Service::Queue => "→ AWS",
        Service::Login => "→ login",
        Service::Api => "→ API",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A way that pauses 100 ms after its beginning, of steps from and to so many milliseconds.
    fn route(steps: &[(&'static str, u64, Option<u64>, Connection)]) -> Route {
        let began = Instant::now();
        let at = |ms| began + Duration::from_millis(ms);
        let step = |&(what, from, to, connection): &(_, _, Option<u64>, _)| Step {
            what,
            began: at(from),
            ended: to.map(at),
            connection,
        };
        Route { began, paused: at(100), steps: steps.iter().map(step).collect() }
    }

    #[test]
    fn requests_in_a_row_are_those_that_waited_for_one_another() {
        let route = route(&[
            ("secret", 0, Some(20), Connection::New),
            ("→ API", 1, None, Connection::Opened),
            ("other API", 5, Some(45), Connection::Ahead),
            ("token", 20, Some(40), Connection::New),
            ("conversation", 50, Some(90), Connection::Reused),
            ("pause", 100, None, Connection::Reused),
        ]);
        let polled = route.began + Duration::from_millis(42);
        assert_eq!(route.in_a_row(route.began, polled), 2, "the one beside them was not waited for");
        assert_eq!(route.in_a_row(polled, route.paused), 2);
        assert_eq!(route.connections_since(route.began), 3);
        assert_eq!(route.connections_since(polled), 0);
        assert_eq!(route.count(), 5);
    }

    #[test]
    fn what_is_waited_for_twice_at_once_counts_once() {
        let route = route(&[
            ("secret", 10, Some(30), Connection::New),
            ("token", 20, Some(40), Connection::New),
            ("conversation", 60, None, Connection::New),
            ("conversation", 90, Some(95), Connection::New),
        ]);
        assert_eq!(route.waited(route.began, route.paused), Duration::from_millis(35), "a hang is no answer");
        assert_eq!(route.own(), Duration::from_millis(65));
    }
}
