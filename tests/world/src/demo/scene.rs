//! One line of the table: how it is meant to end, how it ended, and whether that is the same.

/// How a line is meant to end.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wanted<'a> {
    /// The outcome, or `error` and its name.
    pub(crate) end: &'a str,
    /// Whose screens are paused afterwards: these and nobody else's.
    pub(crate) paused: &'a [&'a str],
    /// The requests, in order, up to the first pause or resume; from there on the pauses and resumes, and
    /// no readings: how often the function reads back is its own affair.
    pub(crate) requests: &'a [&'a str],
    /// The least exposure there can be, in milliseconds, where a wait was asked for.
    pub(crate) exposure_from: i64,
}

/// How a line ended.
#[derive(Default)]
pub(crate) struct Came {
    /// The outcome, or `error` and its name.
    pub(crate) end: String,
    /// Whose screens are paused in truth.
    pub(crate) paused: Vec<String>,
    /// Every request, in order.
    pub(crate) requests: Vec<String>,
    /// Whether the answer claims that the screens are paused.
    pub(crate) claims_paused: bool,
    /// The answer's exposure, in milliseconds.
    pub(crate) exposure_ms: Option<i64>,
    /// How the log says it ended, once for each line that does.
    pub(crate) logged: Vec<String>,
}

/// A line of the table.
pub(crate) struct Line {
    /// What happened.
    pub(crate) event: &'static str,
    /// Whose screen recordings were asked to pause or resume, each once.
    pub(crate) screens: Vec<String>,
    /// How many screen recordings were asked to pause.
    pub(crate) asked: usize,
    /// How many of them Genesys acknowledged.
    pub(crate) acknowledged: usize,
    /// How it ended.
    pub(crate) came: Came,
    /// What is not as it was meant to be; empty in a good line.
    pub(crate) faults: Vec<String>,
}

impl Wanted<'_> {
    /// What is not as it was meant to be.
    pub(crate) fn faults(&self, came: &Came) -> Vec<String> {
        let mut faults = Vec::new();
        let mut compare = |what: &str, wanted: String, came: String| {
            if wanted != came {
                faults.push(format!("{what}: expected {wanted}; came {came}"));
            }
        };
        compare("outcome", self.end.to_owned(), came.end.clone());
        compare("screens paused", list(self.paused), list(&came.paused));
        compare("requests", list(self.requests), list(&without_reading_back(&came.requests)));
        compare("log lines with an ending", self.end.to_owned(), list(&came.logged));
        if came.end == self.end {
            let is_paused = self.end == "paused";
            compare("the answer's `paused`", is_paused.to_string(), came.claims_paused.to_string());
            if is_paused && came.exposure_ms.is_none_or(|ms| ms < self.exposure_from) {
                let told = came.exposure_ms.map_or("none".to_owned(), |ms| format!("{ms} ms"));
                compare("exposure", format!("{} ms or more", self.exposure_from), told);
            }
        }
        faults
    }
}

/// Whether a request, in our words, pauses or resumes a screen recording.
pub(crate) fn is_steering(request: &str) -> bool {
    request.starts_with("pause ") || request.starts_with("resume ")
}

fn without_reading_back(requests: &[String]) -> Vec<&str> {
    let first = requests.iter().position(|it| is_steering(it)).unwrap_or(requests.len());
    let kept = |(place, it): &(usize, &str)| *place <= first || !it.starts_with("read ");
    requests.iter().map(String::as_str).enumerate().filter(kept).map(|(_, it)| it).collect()
}

fn list(items: &[impl AsRef<str>]) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    items.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted<'_> = Wanted {
        end: "paused",
        paused: &["agent B"],
        requests: &["read -> 200", "pause agent B -> 202"],
        exposure_from: 1000,
    };

    fn good() -> Came {
        Came {
            end: "paused".to_owned(),
            paused: vec!["agent B".to_owned()],
            requests: vec!["read -> 200".to_owned(), "pause agent B -> 202".to_owned()],
            claims_paused: true,
            exposure_ms: Some(1000),
            logged: vec!["paused".to_owned()],
        }
    }

    #[test]
    fn a_line_as_it_was_meant_to_be_has_no_fault_however_often_it_is_read_back() {
        let mut came = good();
        assert_eq!(WANTED.faults(&came), Vec::<String>::new());
        came.requests.push("read -> 200".to_owned());
        assert_eq!(WANTED.faults(&came), Vec::<String>::new());
    }

    #[test]
    fn each_difference_is_a_fault_that_tells_both_sides() {
        type Change = fn(&mut Came);
        let cases: [(Change, &str); 8] = [
            (|it| it.end = "stale".to_owned(), "outcome: expected paused; came stale"),
            (|it| it.paused[0] = "agent A".to_owned(), "screens paused: expected agent B; came agent A"),
            (|it| it.paused.push("agent A".to_owned()), "came agent B, agent A"),
            (|it| it.requests.insert(0, "read -> 404".to_owned()), "came read -> 404, read -> 200"),
            (|it| it.requests.push("pause agent B -> 202".to_owned()), "requests: expected"),
            (|it| it.logged.clear(), "log lines with an ending: expected paused; came none"),
            (|it| it.claims_paused = false, "the answer's `paused`: expected true; came false"),
            (|it| it.exposure_ms = Some(999), "exposure: expected 1000 ms or more; came 999 ms"),
        ];
        for (change, wanted) in cases {
            let mut came = good();
            change(&mut came);
            let faults = WANTED.faults(&came).join("\n");
            assert!(faults.contains(wanted), "{wanted}: {faults}");
        }
    }
}
