//! Where the bars of the charts stand. Only geometry: what they look like is in templates/.

use std::fmt;

use crate::figures::{BARS, Figures};
use crate::moment::Moment;
use crate::proof::Proof;
use crate::secure_pause::{End, SecurePause};
use crate::span::Span;
use crate::standing::Standing;
use crate::stored::{Proven, Stored};

/// Width of every chart, in the units of its view box.
pub const WIDTH: f64 = 720.0;
/// What the rows of a timeline begin after: room for their names.
const LEFT: f64 = 110.0;
/// No bar is narrower, so that a short exposure in a long conversation is seen.
const NARROWEST: f64 = 2.0;
/// Height of a row of a timeline.
const ROW: u32 = 24;
/// Height of the area of the histogram.
const HEIGHT: f64 = 160.0;

/// A length in a chart, written with one decimal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Px(pub f64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1}", self.0)
    }
}

/// One bar of a timeline.
#[derive(Debug)]
pub struct Bar {
    /// Its class in the style sheet.
    pub class: &'static str,
    /// Where it begins.
    pub x: Px,
    /// How long it is.
    pub width: Px,
    /// What it stands for, in words.
    pub text: String,
}

/// A mark on the axis of time.
#[derive(Debug)]
pub struct Tick {
    /// Where.
    pub x: Px,
    /// The time since the start of the first secure pause.
    pub text: String,
}

/// The timeline of a conversation.
#[derive(Debug)]
pub struct Timeline {
    /// The conversation.
    pub conversation: String,
    /// When it begins.
    pub start: Moment,
    /// The secure pauses.
    pub pauses: Vec<Bar>,
    /// The screen: exposed, paused, not known.
    pub screens: Vec<Bar>,
    /// What is stored; none where the log has no proof at all.
    pub stored: Option<Vec<Bar>>,
    /// The axis.
    pub ticks: Vec<Tick>,
    /// All of it in words.
    pub description: String,
}

/// The timeline of a conversation's secure pauses, of which there is at least one. `proofs` are the lines of proof of
/// the log.
pub fn timeline(pauses: &[&SecurePause], proofs: &[Proof]) -> Timeline {
    let conversation = pauses.first().map(|pause| pause.conversation);
    let lines = proofs.partition_point(|line| Some(line.conversation) < conversation);
    let lines = proofs[lines..].iter().take_while(|line| Some(line.conversation) == conversation);
    let lines: Vec<&Proof> = lines.filter(|line| line.from.is_some()).collect();
    let starts = pauses.iter().map(|pause| pause.start);
    let ends = pauses.iter().map(|pause| last(pause));
    let start = starts.chain(lines.iter().filter_map(|line| line.from)).min().unwrap_or(Moment::of_millis(0));
    let until = ends.chain(lines.iter().filter_map(|line| line.to)).max().unwrap_or(start);
    let length = until.since(start).max(1);
    let x = |at: Moment| LEFT + to_f64(at.since(start)) / to_f64(length) * (WIDTH - LEFT - 10.0);
    let bar = |class, from: Moment, to: Moment, what: &str| {
        let (left, right) = (x(from), x(to.max(from)));
        let text = format!("{what} from {} for {}", Span(from.since(start)), Span(to.since(from).max(0)));
        Bar { class, x: Px(left), width: Px((right - left).max(NARROWEST)), text }
    };
    let (mut secure, mut screens) = (Vec::new(), Vec::new());
    for pause in pauses {
        let end = end(pause);
        let class = if matches!(pause.end, End::Told(_)) { "pause" } else { "pause open" };
        secure.push(bar(class, pause.start, end, "secure pause"));
        if let Some(exposure) = pause.exposure {
            let what = if pause.standing == Standing::RecordedDuring {
                "exposed, recorded again,"
            } else {
                "exposed"
            };
            screens.push(bar("exposed", pause.start, pause.start.plus(exposure.ms.into()), what));
        }
        match (pause.darkened, pause.standing) {
            (Some(dark), _) => screens.push(bar("dark", dark, pause.relit.unwrap_or(end), "screen paused")),
            (None, Standing::NotDark | Standing::RecordedDuring | Standing::InDoubt | Standing::NotTold) => {
                let from = pause.start.plus(pause.exposure.map_or(0, |exposure| exposure.ms.into()));
                if from < end {
                    screens.push(bar("untold", from, end, "screen not known"));
                }
            }
            (None, _) => {}
        }
    }
    let told = lines.iter().filter_map(|line| {
        let (class, what) = match Stored::of(line).proven() {
            Proven::Dark => ("dark", "stored: proven dark"),
            Proven::Recorded => ("exposed", "stored: recorded"),
            Proven::Remedied => ("exposed", "stored, and deleted since: recorded"),
            Proven::Not | Proven::Missing => ("untold", "stored: not proven"),
        };
        Some(bar(class, line.from?, line.to.or(line.from)?, what))
    });
    let stored = (!proofs.is_empty()).then(|| told.collect::<Vec<_>>());
    let bars = secure.iter().chain(&screens).chain(stored.iter().flatten());
    let words: Vec<&str> = bars.map(|bar| bar.text.as_str()).collect();
    let description = format!("Times since {start} UTC: {}.", words.join("; "));
    let ticks = (0..=4).map(|quarter| {
        let at = length * quarter / 4;
        Tick { x: Px(x(start.plus(at))), text: Span(at).to_string() }
    });
    let conversation = conversation.map(|it| it.to_string()).unwrap_or_default();
    let ticks = ticks.collect();
    Timeline { conversation, start, pauses: secure, screens, stored, ticks, description }
}

/// Until when a secure pause is drawn: its end, or the last that was heard of it.
fn end(pause: &SecurePause) -> Moment {
    match pause.end {
        End::Told(at) | End::SeenOver(at) => at.max(pause.start),
        End::NotTold => pause.last.max(pause.start),
    }
}

/// The last moment in the drawing of a secure pause.
fn last(pause: &SecurePause) -> Moment {
    let exposed = pause.exposure.map_or(pause.start, |exposure| pause.start.plus(exposure.ms.into()));
    [pause.relit, pause.darkened].into_iter().flatten().fold(end(pause).max(exposed), Moment::max)
}

/// A column of the histogram.
#[derive(Debug)]
pub struct Column {
    /// Which secure pauses it counts.
    pub text: String,
    /// Where it begins.
    pub x: Px,
    /// How wide it is.
    pub width: Px,
    /// Its class in the style sheet.
    pub class: &'static str,
    /// Where it begins above, and how high it is.
    pub top: Px,
    /// Its height.
    pub height: Px,
    /// How many secure pauses it counts.
    pub count: usize,
}

impl Timeline {
    /// How much lower than without what is stored its axis lies: a row.
    pub const fn row(&self) -> u32 {
        if self.stored.is_some() { ROW } else { 0 }
    }
}

impl Column {
    /// Where the middle of the column is.
    pub fn middle(&self) -> Px {
        Px(self.x.0 + self.width.0 / 2.0)
    }

    /// Where the number above the column stands.
    pub fn above(&self) -> Px {
        Px(self.top.0 - 4.0)
    }
}

/// The columns of the exposure distribution, the highest as high as the chart. Those that were not dark, as far as is
/// told, stand apart, at the right: their length says when somebody gave up.
pub fn histogram(figures: &Figures) -> Vec<Column> {
    let highest = figures.bars.iter().copied().max().unwrap_or(0).max(figures.undarkened).max(1);
    // A column's room is free between the two kinds.
    let step = WIDTH / to_f64(BARS.len() + 2);
    let column = |place: usize, text: String, class, count: usize| {
        let height = to_f64(count) / to_f64(highest) * HEIGHT;
        let (x, width) = (Px(to_f64(place) * step + 3.0), Px(step - 6.0));
        Column { text, x, width, class, top: Px(20.0 + HEIGHT - height), height: Px(height), count }
    };
    let mut least = 0;
    let dark = BARS.iter().zip(&figures.bars).enumerate().map(|(place, (most, count))| {
        let text = match *most {
            u32::MAX => format!("> {}", short(least)),
            most => format!("≤ {}", short(most)),
        };
        least = *most;
        column(place, text, "dark", *count)
    });
    let mut columns: Vec<Column> = dark.collect();
    columns.push(column(BARS.len() + 1, "not dark".to_owned(), "exposed", figures.undarkened));
    columns
}

/// A bound of the columns: whole milliseconds below a second, else whole seconds.
fn short(ms: u32) -> String {
    if ms < 1_000 { format!("{ms} ms") } else { format!("{} s", ms / 1_000) }
}

/// Counts and milliseconds are far below the numbers that a float cannot tell apart.
#[expect(clippy::cast_precision_loss, reason = "a chart is a few hundred pixels wide")]
fn to_f64(number: impl TryInto<i64>) -> f64 {
    number.try_into().unwrap_or(i64::MAX) as f64
}
