//! The sentences with which the page opens: how many secure pauses there were, what is proven of them, what is missing;
//! and whether the lines of proof add up.

use strum::IntoEnumIterator;

use crate::figures::Figures;
use crate::log::Log;
use crate::stored::{Claim, Logged, Proofs, Proven};

const NOTHING: &str = "nothing is missing";

/// The sentence above everything.
pub fn sentence(figures: &Figures, log: &Log) -> String {
    let proofs = &figures.proofs;
    let (all, dark) = (proofs.all(), proofs.proven(Proven::Dark));
    let missing = missing(figures, log);
    if all == 0 && proofs.lines == 0 {
        let and_missing = if missing == NOTHING { String::new() } else { format!("; {missing}") };
        return format!(
            "These files hold no secure pause and no proof for this period, so they do not say whether there was \
             one{and_missing}."
        );
    }
    if all == 0 && proofs.open > 0 {
        return format!("No secure pause is known of in these files and this period; {missing}.");
    }
    if all == 0 {
        return format!("There was no secure pause in these files and this period; {missing}.");
    }
    let were = format!("There {} {}", if all == 1 { "was" } else { "were" }, many(all, "secure pause"));
    if proofs.lines == 0 {
        let claimed: usize = Claim::of_cells(figures, Claim::Dark);
        return format!(
            "{were}: none is proven dark, because these files hold no proof from the stored recordings; {claimed} of \
             them {} reported dark while they ran; {missing}.",
            if claimed == 1 { "was" } else { "were" }
        );
    }
    let remedied = proofs.proven(Proven::Remedied);
    let recorded = match (proofs.proven(Proven::Recorded) + remedied, remedied) {
        (0, _) => String::new(),
        (recorded, 0) => format!(", {recorded} of these because a screen was recorded"),
        (recorded, deleted) => format!(
            ", {recorded} of these because a screen was recorded, and {deleted} of those {} remedied, as the recording is \
             deleted since",
            are(deleted)
        ),
    };
    format!(
        "{were}: {dark} {} proven dark by the stored recordings, {} {} not{recorded}; {missing}.",
        are(dark),
        all - dark,
        are(all - dark)
    )
}

/// What is missing, the proof of secure pauses first.
fn missing(figures: &Figures, log: &Log) -> String {
    let proofs = &figures.proofs;
    let before = match proofs.logged(Logged::BeforeTheFiles) {
        0 => String::new(),
        before => format!(", {before} of which began before these files"),
    };
    let payment_calls = many(proofs.unpaused.len(), "payment call");
    let without_proof = proofs.proven(Proven::Missing);
    let nameless: usize = figures.nameless.values().sum();
    let things = [
        (without_proof, format!("the proof of {}", many(without_proof, "secure pause"))),
        (proofs.found.len(), format!("the live record of {}{before}", proofs.found.len())),
        (proofs.unpaused.len(), format!("a secure pause on {payment_calls}")),
        (
            proofs.unsettled.len(),
            format!(
                "proof whether there was a secure pause on {}",
                many(proofs.unsettled.len(), "other call")
            ),
        ),
        (nameless, format!("the call of {}", many(nameless, "failed attempt"))),
        (usize::try_from(log.broken).unwrap_or(usize::MAX), format!("what {} said", broken(log))),
    ];
    let things: Vec<String> = things.into_iter().filter(|(count, _)| *count > 0).map(|it| it.1).collect();
    match things.split_last() {
        None => NOTHING.to_owned(),
        Some((last, [])) => format!("missing is {last}"),
        Some((last, first)) => format!("missing are {}, and {last}", first.join(", ")),
    }
}

fn broken(log: &Log) -> String {
    format!("{} unreadable {}", log.broken, if log.broken == 1 { "line" } else { "lines" })
}

/// Whether the lines of proof add up, in words.
pub fn sum(figures: &Figures) -> String {
    let proofs = &figures.proofs;
    let parts = parts(proofs);
    let words: Vec<String> = parts.iter().map(|(_, text)| text.clone()).collect();
    let numbers: Vec<String> = parts.iter().map(|(count, _)| count.to_string()).collect();
    let numbers = if numbers.is_empty() { "0".to_owned() } else { numbers.join(" + ") };
    let total: usize = parts.iter().map(|(count, _)| count).sum();
    let said = format!("{}: {}. {numbers} = {total}", many(proofs.lines, "line of proof"), listed(&words));
    if proofs.comes_out() {
        return format!("{said}: the sum comes out.");
    }
    format!(
        "{said}, and not {}: the sum does not come out. Of {} one line says that there was no secure pause, and another \
         tells of one.",
        proofs.lines,
        many(proofs.contradicting.len(), "call")
    )
}

/// What the lines are about, each with its number; what there is none of is left out.
fn parts(proofs: &Proofs) -> Vec<(usize, String)> {
    let of_pauses = Proven::iter().map(|proven| {
        let what = match proven {
            Proven::Dark => "proven dark",
            Proven::Recorded => "recorded",
            Proven::Remedied => "recorded and remedied by deletion",
            Proven::Not => "not proven",
            Proven::Missing => "without proof",
        };
        (proofs.pauses.get(&proven).copied().unwrap_or_default(), what)
    });
    let of_pauses = of_pauses.chain([(proofs.unplaced, "whose time could not be read")]);
    let mut is_first = true;
    let mut parts: Vec<(usize, String)> = Vec::new();
    for (count, what) in of_pauses.filter(|(count, _)| *count > 0) {
        let number = if is_first { many(count, "secure pause") } else { count.to_string() };
        parts.push((count, format!("{number} {what}")));
        is_first = false;
    }
    if proofs.without > 0 {
        parts.push((proofs.without, format!("{} without a secure pause", many(proofs.without, "call"))));
    }
    if proofs.open > 0 {
        let calls = many(proofs.open, "call");
        parts.push((proofs.open, format!("{calls} of which it is not known whether there was one")));
    }
    parts
}

/// `a`, `a and b`, `a, b, and c`.
fn listed(words: &[String]) -> String {
    match words {
        [] => "none of them is about a secure pause, or a call without one".to_owned(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
    }
}

/// `1 call`, `2 calls`, `2 lines of proof`.
pub fn many(count: usize, what: &str) -> String {
    match (count, what.split_once(" of ")) {
        (1, _) => format!("1 {what}"),
        (_, Some((head, tail))) => format!("{count} {head}s of {tail}"),
        (_, None) => format!("{count} {what}s"),
    }
}

const fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}
