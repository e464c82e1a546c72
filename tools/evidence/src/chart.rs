//! Where the bars of the charts stand. Only geometry: what they look like is in templates/.

use std::fmt;

use crate::figures::{BARS, Figures};
use crate::moment::Moment;
use crate::secure_pause::{End, SecurePause};
use crate::span::Span;
use crate::standing::Standing;

/// Width of every chart, in the units of its view box.
pub const WIDTH: f64 = 720.0;
/// What the rows of a timeline begin after: room for their names.
const LEFT: f64 = 110.0;
/// No bar is narrower, so that a short exposure in a long conversation is seen.
const NARROWEST: f64 = 2.0;
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
    /// The axis.
    pub ticks: Vec<Tick>,
    /// All of it in words.
    pub description: String,
}

/// The timeline of a conversation's secure pauses, of which there is at least one.
pub fn timeline(pauses: &[&SecurePause]) -> Timeline {
    let start = pauses.iter().map(|pause| pause.start).min().unwrap_or(Moment::of_millis(0));
    let until = pauses.iter().map(|pause| last(pause)).max().unwrap_or(start);
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
    let words: Vec<&str> = secure.iter().chain(&screens).map(|bar| bar.text.as_str()).collect();
    let description = format!("Times since {start} UTC: {}.", words.join("; "));
    let ticks = (0..=4).map(|quarter| {
        let at = length * quarter / 4;
        Tick { x: Px(x(start.plus(at))), text: Span(at).to_string() }
    });
    let conversation = pauses.first().map(|pause| pause.conversation.to_string()).unwrap_or_default();
    let ticks = ticks.collect();
    Timeline { conversation, start, pauses: secure, screens, ticks, description }
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
    /// Which exposures it counts.
    pub text: String,
    /// Where it begins.
    pub x: Px,
    /// How wide it is.
    pub width: Px,
    /// Those that ended dark: where their part begins, its height, and how many.
    pub dark: (Px, Px, usize),
    /// Those that did not, below them.
    pub undarkened: (Px, Px, usize),
}

impl Column {
    /// Where the middle of the column is.
    pub fn middle(&self) -> Px {
        Px(self.x.0 + self.width.0 / 2.0)
    }

    /// Where the number above the column stands.
    pub fn above(&self) -> Px {
        Px(self.dark.0.0 - 4.0)
    }

    /// All of it.
    pub fn total(&self) -> usize {
        self.dark.2 + self.undarkened.2
    }
}

/// The columns of the exposure distribution, the highest as high as the chart.
pub fn histogram(figures: &Figures) -> Vec<Column> {
    let highest = figures.bars.iter().map(|(dark, undarkened)| dark + undarkened).max().unwrap_or(0).max(1);
    let step = WIDTH / to_f64(BARS.len());
    let height = |count: usize| to_f64(count) / to_f64(highest) * HEIGHT;
    let mut least = 0;
    let columns = BARS.iter().zip(&figures.bars).enumerate().map(|(place, (most, (dark, undarkened)))| {
        let text = match *most {
            u32::MAX => format!("> {}", short(least)),
            most => format!("≤ {}", short(most)),
        };
        least = *most;
        let (upper, lower) = (height(*dark), height(*undarkened));
        Column {
            text,
            x: Px(to_f64(place) * step + 4.0),
            width: Px(step - 8.0),
            dark: (Px(20.0 + HEIGHT - lower - upper), Px(upper), *dark),
            undarkened: (Px(20.0 + HEIGHT - lower), Px(lower), *undarkened),
        }
    });
    columns.collect()
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
