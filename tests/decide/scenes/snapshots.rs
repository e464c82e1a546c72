//! A snapshot: the screens are made what secure pause reads, and of many snapshots only one does it.

use super::{P, R, delayed, nameless_b, untold_b};
use crate::fixtures::{
    NONE, a, acknowledged, b, dead, in_flow, in_wrap_up, limited, off, on, over, refused, unknown, untold,
    voice_paused,
};
use crate::play::Play;

fn snapshot() -> Play {
    Play::snapshot()
}

#[rustfmt::skip] // A scene a paragraph.
scenes! {
    the_first_snapshot_of_a_secure_pause_pauses_every_screen_and_posts_one_message:
        snapshot().reads(0, on(&[a("active"), b("active")])).reads(200, on(&[a("paused"), b("paused")]))
            => ["50 pause A", "50 pause B", "150 watch", "250 Paused"];

    a_screen_that_reads_paused_is_left_alone:
        snapshot().reads(0, on(&[a("paused"), b("active")])).reads(200, on(&[a("paused"), b("paused")]))
            => ["50 pause B", "150 watch", "250 Paused"];

    one_whose_screen_is_out_of_reach_is_not_ignored:
        snapshot().reads(0, on(&[a("paused"), nameless_b("active")]))
            => ["3050 NoTarget"];

    where_an_earlier_snapshot_has_paused_the_screen_nothing_is_sent:
        snapshot().reads(0, on(&[a("paused")]))
            => ["3050 Ignored"];

    paused_may_be_from_before:
        snapshot().reads(0, on(&[a("paused")])).reads(1_000, on(&[a("active")]))
            .reads(3_100, on(&[a("paused")]))
            => ["3050 pause A", "3150 watch", "3250 Paused"];

    a_reading_from_before_the_secure_pause_is_not_believed:
        snapshot().reads(0, off(&[a("active")])).reads(900, on(&[a("active")]))
            .reads(1_200, on(&[a("paused")]))
            => ["1050 pause A", "1150 watch", "1250 Paused"];

    nor_is_one_that_shows_a_hold:
        snapshot().reads(0, voice_paused(&[a("active")])).reads(900, on(&[a("active")]))
            .reads(1_200, on(&[a("paused")]))
            => ["1050 pause A", "1150 watch", "1250 Paused"];

    an_older_snapshot_waits_for_no_lag:
        snapshot().reads(0, off(&[a("active")])).aged(3_000)
            => ["50 NothingPaused"];

    the_snapshot_of_the_end_resumes_the_screen_and_posts_nothing:
        snapshot().reads(0, off(&[a("paused")])).reads(100, off(&[a("active")]))
            => ["50 resume A", "3200 Resumed"];

    where_an_earlier_snapshot_has_resumed_the_screen_nothing_is_sent:
        snapshot().reads(0, off(&[a("active")]))
            => ["3050 NothingPaused"];

    who_is_in_wrap_up_stays_dark:
        snapshot().reads(0, off(&[in_wrap_up(a("paused"))])).aged(3_000)
            => ["50 NothingPaused"];

    nothing_is_resumed_in_doubt:
        snapshot().reads(0, unknown(&[a("paused")]))
            => ["4050 Ignored"];

    nor_on_a_sign:
        snapshot().reads(0, in_flow(&[a("paused")])).aged(3_000)
            => ["1050 Ignored"];

    nobody_is_paused_in_doubt:
        snapshot().reads(0, voice_paused(&[a("active")])).aged(4_000)
            => ["50 Ignored"];

    a_conversation_that_is_over_calls_for_nothing:
        snapshot().reads(0, over(&dead("stopped")))
            => ["50 Ignored"];

    a_reading_that_takes_long_shows_no_more_than_one_that_does_not:
        snapshot().reads(0, voice_paused(&[a("active")])).reads(900, on(&[a("paused")])).reading_takes(1_500).aged(2_000)
            => ["6000 Ignored"];

    one_404_of_a_conversation_is_not_believed:
        snapshot().reads(0, NONE).reads(900, on(&[a("active")])).reads(1_200, on(&[a("paused")]))
            => ["1050 pause A", "1150 watch", "1250 Paused"];

    nobody_left_is_no_failure:
        snapshot().reads(0, on(&[dead("stopped")]))
            => ["3050 Ignored"];

    whoever_leaves_before_the_pause_arrives_is_no_failure:
        snapshot().reads(0, on(&[a("active")])).reads(100, on(&[dead("stopped")])).answers(0, P, 100, refused(P, 404))
            => ["50 pause A", "150 watch", "3300 Ignored"];

    a_secure_pause_that_begins_during_the_resume_takes_it_back:
        snapshot().reads(0, off(&[a("paused")])).reads(1_000, on(&[a("active")])).reads(3_300, on(&[a("paused")]))
            => ["50 resume A", "3200 pause A", "3200 watch", "6350 ResumeWithdrawn"];

    whoever_else_is_recorded_in_it_is_paused_too:
        snapshot().reads(0, off(&[a("paused"), b("active")])).reads(1_000, on(&[a("active"), b("active")]))
            .reads(3_300, on(&[a("paused"), b("paused")]))
            => ["50 resume A", "3200 pause A", "3200 pause B", "3200 watch", "6350 ResumeWithdrawn"];

    while_a_resume_is_delayed_a_reading_from_before_the_secure_pause_is_not_believed:
        snapshot().reads(0, off(&[a("paused"), b("active")])).reads(900, on(&[a("paused"), b("active")])).with(delayed)
            .reads(1_200, on(&[a("paused"), b("paused")]))
            => ["1050 pause B", "1150 watch", "1250 Paused"];

    a_secure_pause_that_ends_before_its_pause_is_read_back_is_followed:
        snapshot().reads(0, on(&[a("active")])).reads(100, off(&[a("active")])).aged(3_000)
            => ["50 pause A", "150 watch", "250 Superseded"];

    the_delay_of_a_resume_counts_from_the_first_reading_that_shows_it:
        snapshot().reads(0, on(&[a("paused")])).reads(1_000, off(&[a("paused")])).reads(8_100, off(&[a("active")]))
            .with(delayed)
            => ["8050 resume A", "11200 Resumed"];

    a_screen_that_is_not_reported_is_paused_by_every_snapshot:
        snapshot().reads(0, on(&[untold(), untold_b()]))
            => ["50 pause A", "50 pause B", "150 watch", "3200 Paused"];

    without_a_reading_nothing_is_sent:
        snapshot().fails_to_read(0)
            => ["50 UpstreamUnavailable"];

    a_pause_that_must_wait_is_made_and_followed_once:
        snapshot().reads(0, on(&[a("active")])).answers(0, P, 100, limited(P, 5)).answers(5_000, P, 100, acknowledged())
            .reads(5_200, on(&[a("paused")]))
            => ["50 pause A", "150 watch", "5150 pause A", "5350 Paused"];

    a_resume_with_no_time_for_a_look_afterwards_is_not_sent:
        snapshot().reads(0, off(&[a("paused")])).with(|play| play.deadline = 5_000)
            => ["50 Doubtful"];

    a_resume_without_an_answer_is_looked_after:
        snapshot().reads(0, off(&[a("paused")])).reads(3_500, off(&[a("active")])).leaves_unanswered(0, R)
            => ["50 resume A", "4050 give up A", "7100 Resumed"];
}

#[test]
fn of_doubled_snapshots_each_looks_twice_at_the_most() {
    let dark = snapshot().reads(0, on(&[a("paused")])).run();
    assert_eq!(dark.readings(), [0, 3_000]);
    let resumed = snapshot().reads(0, off(&[a("active")])).aged(1_000).run();
    assert_eq!(
        resumed.readings(),
        [0, 1_000, 2_000],
        "once a second, until it shows what the snapshot shows"
    );
}
