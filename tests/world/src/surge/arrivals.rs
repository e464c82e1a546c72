//! When secure pauses begin, how long they last and how late their events are delivered: all of it from a seed.

use std::time::Duration;

use clap::ValueEnum;
use fastrand::Rng;

/// How long a secure pause lasts: about a minute.
const LASTS: (Duration, Duration) = (Duration::from_secs(45), Duration::from_secs(75));
/// How late an event is delivered to Lambda.
const DELIVERED: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(1));
/// In a burst, half of a minute's secure pauses begin in so long.
const BURST: Duration = Duration::from_secs(5);
/// A whole floor begins in so long.
const FLOOR: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// How the secure pauses of a minute are spread over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Arrivals {
    /// At random, all of the minute alike
    Steady,
    /// Half of them within 5 s
    Burst,
    /// All of them within a second
    Floor,
}

/// One secure pause, from the beginning of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) at: Duration,
    pub(crate) lasts: Duration,
    /// From its beginning to the delivery of the event of it.
    pub(crate) start_late: Duration,
    /// The same of its end.
    pub(crate) end_late: Duration,
}

/// The longest that anything of a secure pause may take from its beginning to the delivery of its end.
pub(crate) const LONGEST: Duration = LASTS.1.saturating_add(DELIVERED.1);

/// So many secure pauses a minute for so many minutes, in order.
pub(crate) fn plan(rate: u32, minutes: u32, arrivals: Arrivals, seed: u64) -> Vec<Planned> {
    let mut random = Rng::with_seed(seed);
    let mut planned: Vec<Planned> = Vec::new();
    for minute in 0..minutes {
        let began = MINUTE * minute;
        let burst = between(&mut random, (Duration::ZERO, MINUTE - BURST));
        for number in 0..rate {
            let at = match arrivals {
                Arrivals::Burst if number < rate / 2 => burst + between(&mut random, (Duration::ZERO, BURST)),
                Arrivals::Steady | Arrivals::Burst => between(&mut random, (Duration::ZERO, MINUTE)),
                Arrivals::Floor => between(&mut random, (Duration::ZERO, FLOOR)),
            };
            planned.push(Planned {
                at: began + at,
                lasts: between(&mut random, LASTS),
                start_late: between(&mut random, DELIVERED),
                end_late: between(&mut random, DELIVERED),
            });
        }
    }
    planned.sort_by_key(|it| it.at);
    planned
}

/// As many starts in a minute, evenly, as one environment can serve one after the other. Their ends are not played.
pub(crate) fn one_after_the_other(rate: u32) -> Vec<Planned> {
    let start = |number| Planned {
        at: MINUTE * number / rate,
        lasts: LONGEST,
        start_late: Duration::ZERO,
        end_late: Duration::ZERO,
    };
    (0..rate).map(start).collect()
}

fn between(random: &mut Rng, (least, most): (Duration, Duration)) -> Duration {
    least + (most - least).mul_f64(random.f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_minute_has_its_secure_pauses_and_the_same_seed_the_same_ones() {
        for arrivals in [Arrivals::Steady, Arrivals::Burst, Arrivals::Floor] {
            let planned = plan(60, 3, arrivals, 7);
            for minute in 0..3 {
                let within = MINUTE * minute..MINUTE * (minute + 1);
                assert_eq!(planned.iter().filter(|it| within.contains(&it.at)).count(), 60);
            }
            assert!(planned.iter().all(|it| it.lasts + it.end_late <= LONGEST));
            assert_eq!(planned, plan(60, 3, arrivals, 7));
            assert_ne!(planned, plan(60, 3, arrivals, 8));
        }
    }

    #[test]
    fn a_floor_begins_at_once_and_half_a_burst_within_seconds() {
        assert!(plan(300, 1, Arrivals::Floor, 1).iter().all(|it| it.at <= FLOOR));
        let burst = plan(300, 1, Arrivals::Burst, 1);
        let densest = burst.iter().map(|it| {
            let within = it.at..it.at + BURST;
            burst.iter().filter(|other| within.contains(&other.at)).count()
        });
        assert!(densest.max() >= Some(140));
    }

    #[test]
    fn one_after_the_other_is_evenly_apart() {
        let planned = one_after_the_other(300);
        assert_eq!(planned.len(), 300);
        assert!(planned.windows(2).all(|it| it[1].at - it[0].at == Duration::from_millis(200)));
    }
}
