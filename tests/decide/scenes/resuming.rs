//! An end: what is resumed, when not, and what takes a resume back.

use super::{R, delayed, untold_b};
use crate::fixtures::{
    NONE, a, acknowledged, b, dead, down, forbidden, in_flow, in_wrap_up, limited, off, on, refused,
    token_refused, unknown, untold, voice_paused,
};
use crate::play::Play;

#[rustfmt::skip] // A scene a paragraph.
scenes! {
    a_resume_that_is_refused_for_a_while_is_not_sent_into_the_next_secure_pause:
        Play::ended().reads(0, off(&[a("paused")])).reads(2_000, on(&[a("paused")]))
            .answers(0, R, 100, limited(R, 4))
            => ["50 resume A", "2150 pause A", "5300 ResumeWithdrawn"];

    a_resume_whose_answers_are_lost_is_taken_back_when_a_secure_pause_begins:
        Play::ended().reads(0, off(&[a("paused")])).reads(2_000, on(&[a("active")]))
            .reads(2_500, on(&[a("paused")])).leaves_unanswered(0, R)
            => ["50 resume A", "2150 give up A", "2150 pause A", "2350 pause A", "5300 ResumeWithdrawn"];

    a_resume_that_is_answered_slowly_is_sent_once:
        Play::ended().reads(0, off(&[a("paused")])).reads(1_000, off(&[a("active")]))
            .answers(0, R, 3_000, acknowledged())
            => ["50 resume A", "6100 Resumed"];

    a_resume_after_which_nothing_can_be_read_is_taken_back_before_the_time_is_over:
        Play::ended().reads(0, off(&[a("paused")])).fails_to_read(100)
            => ["50 resume A", "28500 pause A", "29500 watch", "29500 UpstreamUnavailable"];

    an_end_that_comes_late_sends_nothing_on_a_sign:
        Play::ended().aged(5_000).reads(0, voice_paused(&[a("paused")]))
            => ["50 Doubtful"];

    an_end_that_comes_late_sends_nothing_while_a_flow_is_live:
        Play::ended().aged(5_000).reads(0, in_flow(&[a("paused")]))
            => ["50 Doubtful"];

    one_404_of_a_gateway_ends_no_end:
        Play::ended().reads(0, NONE).reads(100, off(&[a("paused")])).reads(1_100, off(&[a("active")]))
            => ["1050 resume A", "4200 Resumed"];

    a_conversation_that_is_missed_twice_is_over:
        Play::ended().reads(0, NONE)
            => ["1050 ConversationOver"];

    who_has_hung_up_stays_dark:
        Play::ended().reads(0, off(&[in_wrap_up(a("paused"))]))
            => ["50 NothingPaused"];

    where_screens_are_not_reported_every_agents_is_resumed:
        Play::ended().reads(0, off(&[untold(), untold_b()]))
            => ["50 resume A", "50 resume B", "3200 Resumed"];

    a_screen_is_resumed_and_read_through_the_lag:
        Play::ended().reads(0, off(&[a("paused")])).reads(100, off(&[a("active")]))
            => ["50 resume A", "3200 Resumed"];

    an_end_while_another_secure_pause_is_on_is_still_on:
        Play::ended().reads(0, on(&[a("paused")]))
            => ["3100 StillOn"];

    an_end_is_older_than_the_first_readings_of_it:
        Play::ended().reads(0, on(&[a("paused")])).reads(500, off(&[a("paused")]))
            .reads(1_200, off(&[a("active")]))
            => ["1100 resume A", "4250 Resumed"];

    a_sign_is_looked_at_until_the_end_is_older_than_the_lag:
        Play::ended().reads(0, voice_paused(&[a("paused")])).reads(1_000, off(&[a("paused")]))
            .reads(2_200, off(&[a("active")]))
            => ["1100 resume A", "4250 Resumed"];

    a_sign_that_stays_leaves_it_to_the_watch:
        Play::ended().reads(0, voice_paused(&[a("paused")]))
            => ["3100 Doubtful"];

    a_sign_after_the_resume_takes_it_back_once_reads_have_caught_up:
        Play::ended().reads(0, off(&[a("paused")])).reads(500, voice_paused(&[a("active")]))
            .reads(3_500, voice_paused(&[a("paused")]))
            => ["50 resume A", "3200 pause A", "3400 pause A", "6350 ResumeWithdrawn"];

    a_sign_that_passes_takes_nothing_back:
        Play::ended().reads(0, off(&[a("paused")])).reads(500, voice_paused(&[a("active")]))
            .reads(2_500, off(&[a("active")]))
            => ["50 resume A", "3200 Resumed"];

    a_resume_that_fails_is_repeated_on_the_next_reading:
        Play::ended().reads(0, off(&[a("paused")])).reads(1_000, off(&[a("active")]))
            .answers(0, R, 50, down(R)).answers(100, R, 50, acknowledged())
            => ["50 resume A", "250 resume A", "3350 Resumed"];

    a_resume_with_a_new_token_waits_for_a_reading:
        Play::ended().reads(0, off(&[a("paused")])).reads(1_000, off(&[a("active")]))
            .answers(0, R, 50, token_refused(R)).answers(100, R, 50, acknowledged())
            => ["50 resume A", "250 resume A", "3350 Resumed"];

    a_resume_waits_as_retry_after_says_and_then_for_a_reading:
        Play::ended().reads(0, off(&[a("paused")])).reads(2_300, off(&[a("active")]))
            .answers(0, R, 50, limited(R, 2)).answers(1_000, R, 50, acknowledged())
            => ["50 resume A", "2150 resume A", "5250 Resumed"];

    a_resume_that_does_not_hold_is_repeated_once:
        Play::ended().reads(0, off(&[a("paused")]))
            => ["50 resume A", "3200 resume A", "6350 NotResumed"];

    a_forbidden_resume_is_still_read_through_the_lag:
        Play::ended().reads(0, off(&[a("paused")])).answers(0, R, 100, forbidden(R))
            => ["50 resume A", "3200 Forbidden"];

    a_forbidden_resume_is_taken_back_for_what_it_may_have_done:
        Play::ended().reads(0, off(&[a("paused")])).reads(1_000, on(&[a("paused")]))
            .answers(0, R, 100, forbidden(R))
            => ["50 resume A", "3200 pause A", "6350 ResumeWithdrawn"];

    a_resume_waits_for_the_agent_to_close_the_payment_page:
        Play::ended().aged(1_000).reads(0, off(&[a("paused")])).reads(4_200, off(&[a("active")]))
            .with(delayed)
            => ["4050 resume A", "7200 Resumed"];

    no_resume_is_sent_with_less_than_five_seconds_left:
        Play::ended().reads(0, off(&[a("paused")])).with(|play| play.deadline = 5_000)
            => ["50 Doubtful"];

    a_resume_that_failed_and_for_which_no_time_is_left_ends_with_its_error:
        Play::ended().reads(0, off(&[a("paused")])).answers(0, R, 50, down(R))
            .with(|play| play.deadline = 6_000)
            => ["50 resume A", "250 resume A", "550 resume A", "3650 UpstreamUnavailable"];

    a_reading_that_took_two_seconds_allows_no_resume:
        Play::ended().reads(0, off(&[a("paused")])).reading_takes(2_000)
            .with(|play| play.deadline = 15_000)
            => ["12000 Doubtful"];

    a_screen_that_is_not_paused_is_not_resumed:
        Play::ended().reads(0, off(&[a("active"), b("stopped")]))
            => ["50 NothingPaused"];

    a_resume_into_wrap_up_is_taken_back_too:
        Play::ended().reads(0, off(&[a("paused")])).reads(500, on(&[in_wrap_up(a("active"))]))
            .reads(4_000, on(&[in_wrap_up(a("paused"))]))
            => ["50 resume A", "3200 pause A", "3400 pause A", "3700 pause A", "6350 ResumeWithdrawn"];

    a_resume_whose_agent_hangs_up_is_not_repeated:
        Play::ended().reads(0, off(&[a("paused")])).reads(100, off(&[in_wrap_up(a("paused"))]))
            .answers(0, R, 50, down(R))
            => ["50 resume A", "3150 NothingPaused"];

    a_resume_taken_back_blindly_allows_no_more:
        Play::ended().reads(0, off(&[a("paused")])).hangs(100).with(|play| play.deadline = 8_000)
            => ["50 resume A", "7000 pause A", "8000 watch", "8000 DeadlineExceeded"];

    a_resume_taken_back_ends_so_when_the_next_secure_pause_ends:
        Play::ended().reads(0, off(&[a("paused")])).reads(500, on(&[a("active")]))
            .reads(4_200, off(&[a("active")]))
            => ["50 resume A", "3200 pause A", "3400 pause A", "3700 pause A", "4300 pause A",
                "5300 pause A", "6350 watch", "6350 ResumeWithdrawn"];

    a_reading_that_misses_the_conversation_does_not_slow_the_next_ones_down:
        Play::ended().reads(0, off(&[a("paused")])).reads(100, NONE).reads(3_500, on(&[a("active")]))
            .reads(4_200, on(&[a("paused")]))
            => ["50 resume A", "4150 pause A", "7300 ResumeWithdrawn"];

    a_sign_that_passes_allows_the_repeat_of_a_resume:
        Play::ended().reads(0, off(&[a("paused")])).reads(100, voice_paused(&[a("paused")]))
            .reads(400, off(&[a("paused")])).reads(1_000, off(&[a("active")]))
            .answers(0, R, 50, down(R)).answers(400, R, 50, acknowledged())
            => ["50 resume A", "550 resume A", "3650 Resumed"];

    a_resume_that_failed_and_that_no_reading_allows_any_more_ends_with_its_error:
        Play::ended().aged(27_500).reads(0, unknown(&[a("paused")])).answers(0, R, 50, down(R))
            => ["50 resume A", "250 resume A", "550 resume A", "1150 resume A", "2150 resume A",
                "5250 UpstreamUnavailable"];

    a_screen_that_was_never_paused_is_not_paused_where_a_resume_is_taken_back:
        Play::ended().reads(0, off(&[a("paused"), untold_b()]))
            .reads(4_500, on(&[a("paused"), untold_b()])).answers(0, R, 100, refused(R, 404))
            .answers(3_000, R, 500, refused(R, 404))
            => ["50 resume A", "50 resume B", "250 resume A", "250 resume B", "550 resume A",
                "550 resume B", "1150 resume A", "1150 resume B", "2150 resume A", "2150 resume B",
                "3150 resume A", "3150 resume B", "6700 pause A", "9850 ResumeWithdrawn"];

    who_has_gone_is_not_paused_where_a_resume_is_taken_back:
        Play::ended().reads(0, off(&[a("paused"), b("paused")]))
            .reads(100, off(&[dead("stopped"), b("paused")])).answers(0, R, 50, down(R))
            .reads(1_000, on(&[dead("stopped"), b("active")])).answers(100, R, 50, acknowledged())
            .reads(3_500, on(&[dead("stopped"), b("paused")]))
            => ["50 resume A", "50 resume B", "250 resume B", "3350 pause B", "6500 ResumeWithdrawn"];

    who_has_gone_into_wrap_up_is_paused_where_a_resume_is_taken_back:
        Play::ended().reads(0, off(&[a("paused"), b("paused")]))
            .reads(100, off(&[dead("active"), b("paused")])).answers(0, R, 50, down(R))
            .reads(1_000, on(&[in_wrap_up(a("active")), b("active")])).answers(100, R, 50, acknowledged())
            .reads(3_500, on(&[in_wrap_up(a("paused")), b("paused")]))
            => ["50 resume A", "50 resume B", "250 resume B", "3350 pause A", "3350 pause B",
                "6500 ResumeWithdrawn"];

    a_conversation_that_ends_under_the_resume_is_over:
        Play::ended().reads(0, off(&[a("paused")])).reads(100, NONE)
            => ["50 resume A", "5150 ConversationOver"];

    a_resume_that_must_wait_too_long_fails_at_once:
        Play::ended().reads(0, off(&[a("paused")])).answers(0, R, 100, limited(R, 26))
            => ["50 resume A", "3200 RateLimited"];

    one_reading_that_misses_the_conversation_by_the_deadline_says_nothing:
        Play::ended().reads(0, NONE).with(|play| play.deadline = 500)
            => ["500 DeadlineExceeded"];

    another_secure_pause_by_the_deadline_is_still_on:
        Play::ended().reads(0, on(&[a("paused")])).with(|play| play.deadline = 500)
            => ["500 StillOn"];
}
