//! A start: whose screen is paused, what is sent again, and how that ends.

use super::{P, for_everyone, nameless_b, naming_409, ordered};
use crate::fixtures::{
    NONE, a, acknowledged, b, broken, c, dead, down, forbidden, limited, off, on, over, refused,
    token_limited, token_refused, unknown, untold,
};
use crate::play::Play;

#[rustfmt::skip] // A scene a paragraph.
scenes! {
    a_pause_that_is_refused_once_is_sent_again_while_the_screen_reads_active:
        Play::started().reads(0, on(&[a("active")])).reads(400, on(&[a("paused")]))
            .answers(0, P, 100, refused(P, 409)).answers(150, P, 100, acknowledged())
            => ["50 pause A", "250 pause A", "550 Paused"];

    not_recorded_status_says_nothing_of_a_screen_that_reads_active:
        naming_409(Play::started().reads(0, on(&[a("active")])).answers(0, P, 2, refused(P, 409)))
            => ["50 pause A", "250 pause A", "550 pause A", "1150 pause A", "2150 pause A",
                "3102 Rejected"];

    a_pause_that_works_at_once_and_answers_slowly_is_sent_once:
        Play::started().reads(0, on(&[a("active")])).reads(100, on(&[a("paused")]))
            .answers(0, P, 3_000, acknowledged())
            => ["50 pause A", "250 give up A", "250 Paused"];

    a_pause_that_is_never_answered_is_followed:
        Play::started().reads(0, unknown(&[untold()])).leaves_unanswered(0, P)
            => ["50 pause A", "4050 give up A", "4050 pause A", "8050 give up A", "8050 pause A",
                "9050 watch", "12050 give up A", "12050 pause A", "16050 give up A", "16050 pause A",
                "20050 give up A", "20050 pause A", "24050 give up A", "24050 pause A", "28050 give up A",
                "28050 pause A", "29500 give up A", "29500 watch", "29500 UpstreamUnavailable"];

    a_screen_that_had_ended_before_is_not_recording:
        Play::started().reads(0, on(&[a("stopped")]))
            => ["50 pause A", "3200 Paused"];

    a_recorder_that_begins_a_second_file_is_paused_again:
        Play::started().reads(0, on(&[a("active")])).reads(100, on(&[a("stopped")]))
            .reads(1_600, on(&[a("active")])).reads(2_200, on(&[a("paused")]))
            => ["50 pause A", "2150 pause A", "3200 Paused"];

    one_that_has_gone_beside_one_that_is_dark_leaves_paused_true:
        Play::started().reads(0, on(&[a("active"), b("active")]))
            .reads(100, on(&[dead("active"), b("paused")])).with(for_everyone)
            => ["50 pause A", "50 pause B", "3300 Paused"];

    whoever_takes_the_place_of_one_that_has_gone_is_paused:
        Play::started().reads(0, on(&[a("active")])).reads(100, on(&[dead("active"), b("active")]))
            .reads(1_000, on(&[dead("active"), b("paused")]))
            => ["50 pause A", "250 pause B", "450 pause B", "750 pause B", "3300 Paused"];

    a_screen_that_was_dark_is_paused_again_as_long_as_readings_go_on:
        Play::started().reads(0, on(&[a("active"), b("active")]))
            .reads(100, on(&[dead("active"), b("paused")]))
            .reads(1_000, on(&[dead("active"), b("active")]))
            .reads(1_500, on(&[dead("active"), b("paused")])).with(for_everyone)
            => ["50 pause A", "50 pause B", "1350 pause B", "3300 Paused"];

    the_first_pause_goes_out_on_the_first_reading:
        Play::started().reads(0, on(&[a("active")])).reads(150, on(&[a("paused")]))
            => ["50 pause A", "250 Paused"];

    a_pause_is_not_claimed_while_somebody_is_out_of_reach:
        Play::started().with(for_everyone).reads(0, on(&[a("active"), nameless_b("active")]))
            .reads(150, on(&[a("paused"), nameless_b("active")]))
            => ["50 pause A", "250 NoTarget"];

    nor_is_it_by_an_order:
        ordered().with(for_everyone).reads(0, on(&[a("active"), nameless_b("active")]))
            .reads(150, on(&[a("paused"), nameless_b("active")]))
            => ["50 pause A", "150 watch", "1200 NoTarget"];

    whoever_is_dark_needs_no_request:
        Play::started().with(for_everyone).reads(0, on(&[a("active"), nameless_b("active")]))
            .reads(150, on(&[a("paused"), nameless_b("paused")]))
            => ["50 pause A", "250 Paused"];

    nobody_but_one_out_of_reach_is_nobody:
        Play::started().reads(0, on(&[nameless_b("active")]))
            => ["3100 NoTarget"];

    nobody_to_pause_is_looked_for_through_the_lag:
        Play::started().reads(0, on(&[dead("stopped")]))
            => ["3100 NoTarget"];

    whoever_appears_within_the_lag_is_paused:
        Play::started().reads(0, on(&[])).reads(1_000, on(&[a("active")]))
            .reads(1_100, on(&[a("paused")]))
            => ["1100 pause A", "1300 Paused"];

    a_pause_without_an_answer_is_given_up_for_another_after_two_seconds_of_active:
        Play::started().reads(0, on(&[a("active")])).reads(2_500, on(&[a("paused")])).leaves_unanswered(0, P)
            .answers(1_000, P, 100, acknowledged())
            => ["50 pause A", "2150 give up A", "2150 pause A", "3150 Paused"];

    a_pause_without_an_answer_is_given_up_after_four_seconds:
        Play::started().reads(0, on(&[untold()])).leaves_unanswered(0, P).answers(1_000, P, 100, acknowledged())
            => ["50 pause A", "4050 give up A", "4050 pause A", "7200 Paused"];

    a_pause_that_does_not_hold_is_sent_again_at_once:
        Play::started().reads(0, on(&[a("active")])).reads(1_000, on(&[a("paused")]))
            => ["50 pause A", "250 pause A", "550 pause A", "1150 Paused"];

    a_pause_that_never_holds_fails_at_the_deadline:
        Play::started().reads(0, on(&[a("active")])).with(|play| play.deadline = 2_000)
            => ["50 pause A", "250 pause A", "550 pause A", "1150 pause A", "2000 NotPaused"];

    a_pause_waits_as_retry_after_says:
        Play::started().reads(0, on(&[a("active")])).reads(2_200, on(&[a("paused")]))
            .answers(0, P, 100, limited(P, 2)).answers(1_000, P, 100, acknowledged())
            => ["50 pause A", "2150 pause A", "2350 Paused"];

    a_pause_that_must_wait_too_long_fails_at_once:
        Play::started().reads(0, on(&[a("active")])).answers(0, P, 100, limited(P, 60))
            => ["50 pause A", "150 RateLimited"];

    so_does_one_whose_token_cannot_be_replaced:
        Play::started().reads(0, on(&[a("active")])).answers(0, P, 100, token_limited(P, 60))
            => ["50 pause A", "150 RateLimited"];

    a_pause_goes_out_again_at_once_with_a_new_token:
        Play::started().reads(0, on(&[a("active")])).reads(250, on(&[a("paused")]))
            .answers(0, P, 100, token_refused(P)).answers(150, P, 100, acknowledged())
            => ["50 pause A", "150 pause A", "550 Paused"];

    the_fourth_refused_token_in_a_row_is_final:
        Play::started().reads(0, unknown(&[untold()])).answers(0, P, 20, token_refused(P))
            => ["50 pause A", "70 pause A", "90 pause A", "110 pause A", "130 CredentialsRejected"];

    a_pause_goes_out_again_at_once_over_a_fresh_connection:
        Play::started().reads(0, on(&[a("active")])).reads(250, on(&[a("paused")]))
            .answers(0, P, 100, broken(P)).answers(150, P, 100, acknowledged())
            => ["50 pause A", "150 pause A", "550 Paused"];

    a_forbidden_pause_is_not_repeated:
        Play::started().reads(0, on(&[a("active")])).answers(0, P, 100, forbidden(P))
            => ["50 pause A", "150 Forbidden"];

    a_pause_that_fails_is_repeated_until_the_deadline:
        Play::started().reads(0, on(&[a("active")])).answers(0, P, 100, down(P))
            => ["50 pause A", "250 pause A", "550 pause A", "1150 pause A", "2150 pause A", "3150 pause A",
                "4300 pause A", "6450 pause A", "10600 pause A", "18750 pause A", "26900 pause A",
                "29500 UpstreamUnavailable"];

    a_refusal_is_final_once_the_lag_is_over:
        Play::started().reads(0, on(&[a("active")])).answers(0, P, 100, refused(P, 404))
            => ["50 pause A", "250 pause A", "550 pause A", "1150 pause A", "2150 pause A",
                "3200 EndpointMissing"];

    a_start_whose_secure_pause_has_ended_is_superseded:
        Play::started().aged(2_500).reads(0, on(&[a("active")])).reads(500, off(&[a("active")]))
            => ["50 pause A", "250 pause A", "550 Superseded"];

    a_start_is_not_superseded_by_the_gap_before_its_secure_pause:
        Play::started().aged(1_000).reads(0, on(&[a("active")])).reads(500, off(&[a("active")]))
            .reads(1_000, on(&[a("active")])).reads(2_000, on(&[a("paused")]))
            => ["50 pause A", "250 pause A", "550 pause A", "1150 pause A", "2150 Paused"];

    the_reading_that_ends_the_leg_supersedes_nothing:
        Play::started().reads(0, on(&[a("active")])).reads(100, off(&[a("paused")]))
            => ["50 pause A", "250 Paused"];

    a_stale_start_sends_nothing:
        Play::started().aged(40_000).reads(0, off(&[a("active")]))
            => ["50 Stale"];

    nothing_is_paused_where_the_conversation_is_over:
        Play::started().reads(0, over(&dead("stopped")))
            => ["50 ConversationOver"];

    a_conversation_that_ends_under_the_pause_is_over:
        Play::started().reads(0, on(&[a("active")])).reads(100, over(&dead("stopped")))
            .answers(0, P, 400, acknowledged())
            => ["50 pause A", "250 give up A", "250 watch", "250 ConversationOver"];

    every_agent_is_paused_where_the_scope_says_so:
        Play::started().reads(0, on(&[a("active"), b("active")]))
            .reads(150, on(&[a("paused"), b("paused")])).with(for_everyone)
            => ["50 pause A", "50 pause B", "250 Paused"];

    a_start_that_was_read_on_is_superseded_by_the_first_off:
        Play::started().reads(0, on(&[untold()])).reads(500, off(&[untold()]))
            => ["50 pause A", "550 Superseded"];

    a_start_that_grows_stale_under_its_pause_is_superseded:
        Play::started().aged(29_000).reads(0, unknown(&[untold()])).reads(1_500, off(&[untold()]))
            => ["50 pause A", "1150 watch", "2150 Superseded"];

    a_conversation_that_is_missing_to_the_end_of_the_lag_cannot_be_read:
        Play::started().reads(0, on(&[untold()])).reads(100, NONE)
            => ["50 pause A", "3250 ConversationUnreadable"];

    a_refusal_that_no_reading_explains_is_final_five_seconds_later:
        Play::started().reads(0, on(&[a("active")])).hangs(100).answers(0, P, 100, refused(P, 409))
            => ["50 pause A", "2650 pause A", "5150 Rejected"];

    a_refused_leg_that_no_reading_shows_ends_with_the_readings_error:
        Play::started().reads(0, on(&[untold()])).fails_to_read(100).answers(0, P, 100, refused(P, 404))
            => ["50 pause A", "2650 pause A", "5150 UpstreamUnavailable"];

    a_refusal_that_a_reading_did_not_explain_in_time_is_repeated_until_the_deadline:
        Play::started().reads(0, on(&[untold()])).hangs(4_000).reading_takes(1_500)
            .answers(0, P, 100, refused(P, 409)).with(|play| play.deadline = 12_000)
            => ["1500 pause A", "3150 pause A", "4650 pause A", "7250 pause A", "9850 pause A",
                "12000 Rejected"];

    a_pause_waits_as_long_as_there_is_time:
        Play::started().reads(0, on(&[a("active")])).reads(26_200, on(&[a("paused")]))
            .answers(0, P, 100, limited(P, 26)).answers(1_000, P, 100, acknowledged())
            => ["50 pause A", "26150 pause A", "26350 Paused"];

    a_reading_that_is_still_owed_at_the_deadline_is_an_error:
        Play::started().reads(0, on(&[a("active"), b("active")]))
            .reads(100, on(&[dead("active"), b("paused")])).fails_to_read(300).with(for_everyone)
            => ["50 pause A", "50 pause B", "29500 UpstreamUnavailable"];

    a_refusal_that_has_turned_into_a_failure_is_not_final:
        Play::started().reads(0, on(&[a("active")])).hangs(100).answers(0, P, 100, refused(P, 409))
            .answers(1_000, P, 100, down(P)).with(|play| play.deadline = 9_000)
            => ["50 pause A", "2650 pause A", "5250 pause A", "6350 watch", "7850 pause A",
                "9000 watch", "9000 UpstreamUnavailable"];

    a_pause_that_hangs_at_the_deadline_had_no_time_left:
        Play::started().reads(0, on(&[untold()])).leaves_unanswered(0, P)
            .with(|play| play.deadline = 2_000)
            => ["50 pause A", "2000 give up A", "2000 DeadlineExceeded"];

    a_pause_that_has_hung_for_two_seconds_at_the_deadline_was_not_answered:
        Play::started().reads(0, on(&[untold()])).leaves_unanswered(0, P)
            .with(|play| play.deadline = 2_050)
            => ["50 pause A", "2050 give up A", "2050 UpstreamUnavailable"];

    nobody_to_pause_by_the_deadline_is_a_failure:
        Play::started().reads(0, on(&[])).with(|play| play.deadline = 1_000)
            => ["1000 NoTarget"];

    a_late_pause_in_a_secure_pause_posts_nothing:
        Play::started().aged(10_000).reads(0, on(&[a("active")])).reads(150, on(&[a("paused")]))
            => ["50 pause A", "250 Paused"];

    a_late_pause_posts_where_nobody_can_say:
        Play::started().aged(10_000).reads(0, unknown(&[a("active")]))
            .reads(150, unknown(&[a("paused")]))
            => ["50 pause A", "250 watch", "250 Paused"];

    an_early_pause_posts_nothing:
        Play::started().reads(0, unknown(&[a("active")])).reads(150, unknown(&[a("paused")]))
            => ["50 pause A", "250 Paused"];

    whoever_comes_after_the_one_who_took_over_is_paused_too:
        Play::started().reads(0, on(&[a("active")])).reads(100, on(&[dead("active")]))
            .reads(1_000, on(&[dead("active"), b("active")])).reads(1_200, on(&[dead("active"), b("paused")]))
            .reads(2_000, on(&[dead("active"), b("paused"), c("active")]))
            .reads(2_500, on(&[dead("active"), b("paused"), c("paused")]))
            => ["50 pause A", "1350 pause B", "2450 pause C", "3300 Paused"];

    one_reading_that_falls_behind_supersedes_no_pause:
        Play::started().reads(0, on(&[a("active")])).reads(150, off(&[a("active")]))
            .reads(250, on(&[a("active")])).reads(1_000, on(&[a("paused")]))
            => ["50 pause A", "550 pause A", "1150 Paused"];
}
