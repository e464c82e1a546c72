//! What must hold, and whether it did. A pause that is late because of the machine breaks no promise. If there were
//! many of them, the promise is not judged.

use serde_json::{Value, json};

use crate::Run;

/// Where more than this share of the pauses was late for the machine, the run says nothing of the function.
const JUDGED: f64 = 0.05;

/// How many requests a minute Genesys allows an OAuth client.
const CLIENT_LIMIT: f64 = 3_000.0;

/// What share of the pauses may be late at the limit. On average there are enough requests, but arrivals are random: some
/// minutes take more, and their last pauses wait for the next minute.
const AT_LIMIT: f64 = 0.01;

/// From this share of the limit on, a minute may go over it by chance.
const NEARLY: f64 = 0.9;

/// One thing that must hold.
pub(crate) struct Promise {
    pub(crate) what: String,
    /// None where the machine was too slow to tell.
    pub(crate) is_kept: Option<bool>,
    /// What was seen.
    pub(crate) seen: String,
}

impl Promise {
    /// For programs to read.
    pub(crate) fn json(&self) -> Value {
        json!({ "what": self.what, "kept": self.is_kept, "seen": self.seen })
    }
}

/// One for each run, by how far the OAuth client's limit was from it.
pub(crate) fn of(runs: &[Run]) -> Vec<Promise> {
    runs.iter().map(promise).collect()
}

fn promise(run: &Run) -> Promise {
    let rate = run.scenario.rate;
    let (what, is_kept) = if run.scenario.one_environment {
        (
            format!("{rate} a minute through one environment: no pause is late for the token's limit"),
            is_in_time(run),
        )
    } else if is_beyond(run) {
        (format!("{rate} a minute, beyond the OAuth client's limit: pauses first"), comes_first(run))
    } else if is_at_limit(run) {
        (
            format!("{rate} a minute, at the OAuth client's limit: hardly a pause is late"),
            is_nearly_in_time(run),
        )
    } else {
        (format!("{rate} a minute, below the OAuth client's limit: no pause is late"), is_in_time(run))
    };
    let is_judged = run.function.a_pause(run.function.late.machine) <= JUDGED;
    // What is broken is broken on a slow machine, too.
    let is_kept = (is_judged || !is_kept).then_some(is_kept);
    Promise { what, is_kept, seen: seen(run) }
}

/// Whether the run needed more requests than Genesys allows the OAuth client.
fn is_beyond(run: &Run) -> bool {
    needed(run) > CLIENT_LIMIT
}

/// Whether it needed nearly as many, and in some minute more.
fn is_at_limit(run: &Run) -> bool {
    needed(run) > NEARLY * CLIENT_LIMIT && run.function.refused_client > 0
}

/// How many requests a minute.
fn needed(run: &Run) -> f64 {
    f64::from(run.scenario.rate) * run.function.a_pause(run.function.requests)
}

fn is_in_time(run: &Run) -> bool {
    let late = run.function.late;
    late.all() == late.machine
}

fn is_nearly_in_time(run: &Run) -> bool {
    let late = run.function.late;
    run.function.a_pause(late.all() - late.machine) <= AT_LIMIT
}

/// Whether pauses were late less often than what can wait for them.
fn comes_first(run: &Run) -> bool {
    let late = run.function.late;
    run.function.a_pause(late.all() - late.machine) <= run.function.resumed_late_share()
}

fn seen(run: &Run) -> String {
    let it = &run.function;
    let share = 100.0 * it.late_share();
    let mut seen = format!("{} of {} late ({share:.1} %)", it.late.all(), it.pauses);
    let causes = [
        (it.late.token, "for the token's limit"),
        (it.late.client, "for the client's"),
        (it.late.environments, "for want of an environment"),
        (it.late.machine, "for this machine"),
        (it.late.other, "for no reason that is known"),
    ];
    let causes: Vec<String> =
        causes.iter().filter(|it| it.0 > 0).map(|(count, why)| format!("{count} {why}")).collect();
    if !causes.is_empty() {
        seen.push_str(&format!(": {}", causes.join(", ")));
    }
    if !run.scenario.one_environment {
        let plain = 100.0 * run.plain.late_share();
        let resumed = 100.0 * it.resumed_late_share();
        let left = it.left_for_later;
        seen.push_str(&format!(
            "; resumes {resumed:.1} %; the plain program's pauses {plain:.1} %; {left} checks left for later"
        ));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        figures::{Figures, Late},
        host::Strain,
        play::Scenario,
    };

    /// Of 100 secure pauses with nine requests each.
    fn run(rate: u32, late: Late, resumed_late: usize) -> Run {
        let scenario = Scenario { rate, one_environment: false, environments: 1, proves: false };
        let figures = |late: Late| Figures {
            pauses: 100,
            resumes: 100,
            resumed_late,
            requests: 900,
            refused_client: 3 * late.client,
            late,
            ..Figures::default()
        };
        Run { scenario, function: figures(late), plain: Figures::default(), strain: Strain::default() }
    }

    #[test]
    fn a_pause_may_be_late_for_the_machine_and_beyond_the_clients_limit_as_seldom_as_what_comes_after() {
        let client = |client| Late { client, ..Late::default() };
        let machine = Late { machine: 3, ..Late::default() };
        let cases: [(&[Run], &[bool], &str); 7] = [
            (&[run(300, client(0), 0), run(600, client(0), 50)], &[true, true], "as it should be"),
            (&[run(300, machine, 0), run(600, machine, 0)], &[true, true], "the machine breaks no promise"),
            (&[run(300, Late { token: 1, ..machine }, 0)], &[false], "a token's limit"),
            (&[run(333, client(1), 0), run(333, client(2), 50)], &[true, false], "at the limit"),
            (&[run(334, client(2), 50)], &[true], "beyond it"),
            (&[run(60, client(1), 50)], &[false], "refused where it needed few"),
            (&[run(600, client(6), 5)], &[false], "more often than resumes"),
        ];
        for (runs, kept, reason) in cases {
            let found: Vec<_> = of(runs).iter().map(|it| it.is_kept).collect();
            let kept: Vec<_> = kept.iter().map(|it| Some(*it)).collect();
            assert_eq!(found, kept, "{reason}");
        }
        let slow = Late { machine: 6, ..Late::default() };
        assert_eq!(of(&[run(300, slow, 0)])[0].is_kept, None, "the machine leaves nothing to judge");
        assert_eq!(
            of(&[run(300, Late { token: 1, ..slow }, 0)])[0].is_kept,
            Some(false),
            "but what is broken is"
        );
    }
}
