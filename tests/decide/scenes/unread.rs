//! A start that names the leg: it is paused unread where reading takes too long, or fails.

use super::{P, without_a_token};
use crate::fixtures::{a, acknowledged, b, down, forbidden, off, on, refused};
use crate::play::Play;

#[rustfmt::skip] // A scene a paragraph.
scenes! {
    an_unread_pause_that_a_reading_overtakes_is_followed:
        Play::started().naming_the_leg().hangs(0).reads(0, off(&[a("active")])).reading_takes(3_000)
            .aged(40_000).leaves_unanswered(0, P)
            => ["2500 pause A", "3000 watch", "3000 Stale"];

    a_leg_that_is_named_is_paused_unread_after_two_and_a_half_seconds:
        Play::started().naming_the_leg().reads(0, on(&[a("paused")])).reading_takes(5_000)
            => ["2500 pause A", "10000 Paused"];

    a_leg_that_is_named_is_paused_unread_where_reading_fails:
        Play::started().naming_the_leg().fails_to_read(0)
            => ["50 pause A", "150 UpstreamUnavailable"];

    an_unread_pause_that_is_refused_does_not_end_what_a_reading_may_still_find:
        Play::started().naming_the_leg().reads(0, on(&[b("active")])).reads(10_100, on(&[b("paused")]))
            .reads_only_after(10_000).answers(0, P, 100, refused(P, 404)).answers(9_000, P, 100, acknowledged())
            => ["2500 pause A", "5100 pause A", "7700 pause A", "10050 pause B", "13100 Paused"];

    nor_does_one_that_is_forbidden:
        Play::started().naming_the_leg().reads(0, on(&[b("active")])).reads(10_100, on(&[b("paused")]))
            .reads_only_after(10_000).answers(0, P, 100, forbidden(P)).answers(9_000, P, 100, acknowledged())
            => ["2500 pause A", "10050 pause B", "10250 Forbidden"];

    without_a_token_nobody_is_paused_unread:
        Play::started().naming_the_leg().with(without_a_token)
            => ["50 CredentialsRejected"];

    nobody_is_paused_unread_who_is_not_named:
        Play::started().fails_to_read(0)
            => ["50 UpstreamUnavailable"];

    an_unread_pause_that_fails_is_repeated_unread:
        Play::started().naming_the_leg().hangs(0).answers(0, P, 100, down(P))
            .answers(4_000, P, 100, acknowledged())
            => ["2500 pause A", "5100 pause A", "6200 watch", "29500 DeadlineExceeded"];

    an_unread_pause_that_is_accepted_needs_a_reading:
        Play::started().naming_the_leg().hangs(0)
            => ["2500 pause A", "29500 DeadlineExceeded"];

    a_little_time_is_shared_between_a_reading_and_an_unread_pause:
        Play::started().naming_the_leg().hangs(0).with(|play| play.deadline = 3_000)
            => ["1500 pause A", "3000 DeadlineExceeded"];

    an_unread_pause_is_superseded_where_the_start_is_fresh:
        Play::started().naming_the_leg().reads(0, off(&[])).reading_takes(3_000)
            => ["2500 pause A", "6000 Superseded"];
}
