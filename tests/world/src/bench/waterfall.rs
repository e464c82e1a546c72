//! What waits for what, as a picture made of letters.

use std::{fmt::Write, time::Instant};

use crate::{
    measure::ms,
    route::{Connection, Route, Step},
};

/// How wide the picture is, in letters.
const WIDTH: f64 = 64.0;

/// The way to a pause: a line for each step, and one for the first poll.
pub(crate) fn draw(route: &Route, polled: Option<Instant>) -> String {
    let total = route.took().as_secs_f64();
    let place = |moment: Instant| {
        let share = (moment.max(route.began) - route.began).as_secs_f64() / total;
        (share.min(1.0) * WIDTH).round() as usize
    };
    let at = |moment: Instant| ms(moment.max(route.began) - route.began);
    let mut text = format!("  {:<14}{:<14}{:>9}{:>9}\n", "", "connection", "at ms", "takes");
    let mut line = |name: &str, connection: &str, began: Instant, ended: Option<Instant>, mark: char| {
        let (from, to) = (place(began), place(ended.unwrap_or(began)));
        let bar: String = std::iter::repeat_n(mark, (to - from).max(1)).collect();
        let takes = ended.map_or(String::new(), |ended| format!("{:.2}", ms(ended - began)));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  {name:<14}{connection:<14}{:>9.2}{takes:>9}  {}{bar}",
            at(began),
            " ".repeat(from)
        );
    };
    let (before, after): (Vec<&Step>, Vec<&Step>) =
        route.steps.iter().partition(|step| polled.is_none_or(|polled| step.began <= polled));
    for step in before {
        draw_step(step, &mut line);
    }
    if let Some(polled) = polled {
        line("first poll", "", polled, None, '▲');
    }
    for step in after {
        draw_step(step, &mut line);
    }
    text
}

fn draw_step(step: &Step, line: &mut impl FnMut(&str, &str, Instant, Option<Instant>, char)) {
    let is_opening = step.connection == Connection::Opened;
    let mark = if is_opening { '┄' } else { '█' };
    line(step.what, step.connection.word(), step.began, step.ended, mark);
}
