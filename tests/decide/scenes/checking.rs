//! A check of the watch: what it repairs, and what it leaves to the next.

use secure_pause::genesys::Rank;

use super::{R, check, for_everyone, of_an_order};
use crate::fixtures::{NONE, a, b, dead, off, on, untold, voice_paused};

#[rustfmt::skip] // A scene a paragraph.
scenes! {
    one_404_of_a_gateway_ends_no_watch:
        check().reads(0, NONE).reads(100, on(&[a("paused")]))
            => ["1050 Watching"];

    a_check_that_cannot_read_holds_its_slot_for_eight_seconds:
        check().hangs(0)
            => ["8000 DeadlineExceeded"];

    a_check_finds_nobody_live_in_a_secure_pause_and_goes_on:
        check().reads(0, on(&[dead("stopped")]))
            => ["50 Watching"];

    a_check_counts_nothing_where_screens_are_not_reported:
        check().reads(0, on(&[untold()]))
            => ["50 pause A", "3200 Watching"];

    a_check_repairs_a_screen_that_is_recorded:
        check().reads(0, on(&[a("active")])).reads(100, on(&[a("paused")]))
            => ["50 pause A", "250 Repaired"];

    a_flow_that_shows_nowhere_is_not_undone_by_its_own_watch:
        check().reads(0, off(&[a("paused")])).aged(15_000).with(of_an_order)
            => ["50 Watching"];

    nor_by_a_check:
        check().reads(0, off(&[a("paused")])).with(|play| play.deadline = 5_000)
            => ["50 Watching"];

    a_check_resumes_what_was_left_dark:
        check().reads(0, off(&[a("paused")])).reads(100, off(&[a("active")]))
            => ["50 resume A", "3200 Recovered"];

    a_check_resumes_once:
        check().reads(0, off(&[a("paused")]))
            => ["50 resume A", "3200 NotResumed"];

    a_check_pauses_on_a_sign_what_reads_active_twice:
        check().reads(0, voice_paused(&[a("active"), b("paused")]))
            .reads(3_100, voice_paused(&[a("paused"), b("paused")]))
            => ["3050 pause A", "3250 Repaired"];

    a_check_sends_nothing_on_a_sign_that_passes:
        check().reads(0, voice_paused(&[a("active")])).reads(2_000, off(&[a("active")]))
            => ["3050 NothingPaused"];

    a_check_looks_at_each_screen_twice:
        check().reads(0, voice_paused(&[a("active"), b("paused")]))
            .reads(2_000, voice_paused(&[a("paused"), b("active")])).with(for_everyone)
            => ["6050 pause B", "6250 pause B", "6550 pause B", "7150 pause B", "8000 NotPaused"];

    an_order_whose_screens_are_recorded_is_done_with:
        check().reads(0, off(&[a("active")])).aged(15_000).with(of_an_order)
            => ["50 NothingPaused"];

    an_order_stands_for_ten_minutes:
        check().reads(0, off(&[a("paused")])).reads(100, off(&[a("active")])).aged(600_001)
            .with(of_an_order)
            => ["50 resume A", "3200 Recovered"];

    a_check_whose_resume_is_taken_back_goes_on:
        check().reads(0, off(&[a("paused")])).reads(1_000, on(&[a("active")]))
            .reads(3_300, on(&[a("paused")]))
            => ["50 resume A", "3200 pause A", "6350 ResumeWithdrawn"];

    a_later_check_that_gives_way_is_left_for_later:
        check().gives_way(0).with(|play| play.request.rank = Rank::Later)
            => ["50 LeftForLater"];

    a_later_check_may_give_way_at_its_second_reading:
        check().reads(0, NONE).gives_way(100).with(|play| play.request.rank = Rank::Later)
            => ["1050 LeftForLater"];

    a_later_check_that_cannot_read_for_another_reason_fails_of_it:
        check().fails_to_read(0).with(|play| play.request.rank = Rank::Later)
            => ["50 UpstreamUnavailable"];

    a_check_that_finds_another_dark_screen_too_late_to_resume_it_goes_on:
        check().reads(0, off(&[a("paused"), b("active")])).reads(100, off(&[a("active"), b("paused")]))
            => ["50 resume A", "3200 Watching"];

    a_check_that_has_no_time_for_a_second_reading_goes_on:
        check().reads(0, voice_paused(&[a("active")])).with(|play| play.deadline = 2_000)
            => ["2000 Watching"];

    a_resume_without_an_answer_leaves_a_check_time_to_look:
        check().reads(0, off(&[a("paused")])).reads(3_500, off(&[a("active")])).leaves_unanswered(0, R)
            => ["50 resume A", "3000 give up A", "6050 Recovered"];
}
