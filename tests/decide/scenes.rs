//! The machine, a scene each: what is read and answered, and what is sent. The lines say when, in milliseconds.

use std::time::Duration;

use secure_pause::decide::request::{Door, Phase};
use secure_pause::error::{Answered, Error, Operation, What};
use secure_pause::genesys::screen_recording::Action;
use serde_json::Value;

use crate::fixtures::{
    AGENT_B, LEG_B, NONE, a, acknowledged, b, broken, dead, down, forbidden, id, in_flow, in_wrap_up, leg,
    limited, off, on, over, refused, token_refused, unknown, untold, voice_paused,
};
use crate::play::{Play, Shows};

const P: Action = Action::Pause;
const R: Action = Action::Resume;

// ---- What is changed about a scene.

/// An order to pause.
fn ordered() -> Play {
    Play::new(Door::Direct, Phase::Started)
}

/// An order to resume.
fn resume_ordered() -> Play {
    Play::new(Door::Direct, Phase::Ended)
}

/// A check of a start's message.
fn check() -> Play {
    Play::new(Door::Watch, Phase::Started).aged(60_000)
}

fn of_an_order(play: &mut Play) {
    play.request.is_of_order = true;
}

/// `PAUSE_SCOPE=all-agents`.
fn for_everyone(play: &mut Play) {
    play.policy.all_agents = true;
}

/// `REQUIRE_VERIFIED=true`.
fn strictly(play: &mut Play) {
    play.policy.require_verified = true;
}

/// `RESUME_DELAY_SECONDS=5`.
fn delayed(play: &mut Play) {
    play.policy.resume_delay = Duration::from_secs(5);
}

/// `NOT_RECORDED_STATUS=409`.
fn naming_409(mut play: Play) -> Play {
    play.policy.not_recorded.insert(409);
    play
}

/// Genesys refuses the client credentials.
fn without_a_token(play: &mut Play) {
    let answered = Answered { operation: Operation::Token, what: What::Status(400), correlation: None };
    play.readings.push((0, Shows::Fails(Error::CredentialsRejected(answered))));
}

/// The second agent's leg; nothing is reported of its screen.
fn untold_b() -> Value {
    leg(AGENT_B, LEG_B, "connected")
}

/// A scene, a test: what is sent in it, and how it ends.
macro_rules! scenes {
    ($($name:ident: $play:expr => $lines:expr;)*) => {
        $(
            #[test]
            fn $name() {
                assert_eq!($play.run().lines(), $lines);
            }
        )*
    };
}

// ---- What was wrong.

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

    a_flow_hears_paused_although_the_answer_is_slow:
        ordered().reads(0, on(&[a("active")])).reads(100, on(&[a("paused")]))
            .answers(0, P, 3_000, acknowledged())
            => ["50 pause A", "1050 watch", "1150 give up A", "1150 Paused"];

    a_pause_that_is_never_answered_is_followed:
        Play::started().reads(0, unknown(&[untold()])).leaves_unanswered(0, P)
            => ["50 pause A", "4050 give up A", "4050 pause A", "8050 give up A", "8050 pause A",
                "9050 watch", "12050 give up A", "12050 pause A", "16050 give up A", "16050 pause A",
                "20050 give up A", "20050 pause A", "24050 give up A", "24050 pause A", "28050 give up A",
                "28050 pause A", "29500 give up A", "29500 UpstreamUnavailable"];

    an_unread_pause_that_a_reading_overtakes_is_followed:
        Play::started().naming_the_leg().hangs(0).reads(0, off(&[a("active")])).reading_takes(3_000)
            .aged(40_000).leaves_unanswered(0, P)
            => ["2500 pause A", "3000 watch", "3000 Stale"];

    one_404_of_a_gateway_ends_no_watch:
        check().reads(0, NONE).reads(100, on(&[a("paused")]))
            => ["1050 Watching"];

    one_404_of_a_gateway_ends_no_end:
        Play::ended().reads(0, NONE).reads(100, off(&[a("paused")])).reads(1_100, off(&[a("active")]))
            => ["1050 resume A", "4200 Resumed"];

    a_conversation_that_is_missed_twice_is_over:
        Play::ended().reads(0, NONE)
            => ["1050 ConversationOver"];

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

    who_has_hung_up_stays_dark:
        Play::ended().reads(0, off(&[in_wrap_up(a("paused"))]))
            => ["50 NothingPaused"];

    a_flow_that_shows_nowhere_is_not_undone_by_its_own_watch:
        check().reads(0, off(&[a("paused")])).aged(15_000).with(of_an_order)
            => ["50 Watching"];

    where_screens_are_not_reported_every_agents_is_resumed:
        Play::ended().reads(0, off(&[untold(), untold_b()]))
            => ["50 resume A", "50 resume B", "3200 Resumed"];
}

// ---- Pausing.

#[rustfmt::skip] // A scene a paragraph.
scenes! {
    the_first_pause_goes_out_on_the_first_reading:
        Play::started().reads(0, on(&[a("active")])).reads(150, on(&[a("paused")]))
            => ["50 pause A", "250 Paused"];

    a_leg_that_is_named_is_paused_unread_after_two_and_a_half_seconds:
        Play::started().naming_the_leg().reads(0, on(&[a("paused")])).reading_takes(5_000)
            => ["2500 pause A", "10000 Paused"];

    a_leg_that_is_named_is_paused_unread_where_reading_fails:
        Play::started().naming_the_leg().fails_to_read(0)
            => ["50 pause A", "150 UpstreamUnavailable"];

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

    an_unread_pause_is_superseded_where_the_start_is_fresh:
        Play::started().naming_the_leg().reads(0, off(&[])).reading_takes(3_000)
            => ["2500 pause A", "6000 Superseded"];

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
                "9000 UpstreamUnavailable"];

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
}

// ---- An order.

#[rustfmt::skip] // A scene a paragraph.
scenes! {
    an_order_is_read_back_a_second_after_its_answer:
        ordered().reads(0, on(&[a("active")])).reads(100, on(&[a("paused")]))
            => ["50 pause A", "150 watch", "1200 Paused"];

    an_order_that_works_at_once_and_is_never_answered_is_paused:
        ordered().reads(0, on(&[a("active")])).reads(100, on(&[a("paused")])).leaves_unanswered(0, P)
            => ["50 pause A", "1050 watch", "1150 give up A", "1150 Paused"];

    a_flow_waits_for_a_screen_that_is_about_to_be_recorded:
        ordered().reads(0, on(&[a("requested")]))
            => ["50 pause A", "150 watch", "8000 NotPaused"];

    a_flow_hears_of_a_screen_that_is_not_reported:
        ordered().reads(0, on(&[untold()]))
            => ["50 pause A", "150 watch", "3200 Paused"];

    a_flow_hears_of_no_screen_that_was_not_read_back_where_it_must_be:
        ordered().reads(0, on(&[untold()])).with(strictly)
            => ["50 pause A", "150 watch", "3200 NotPaused"];

    an_order_has_eight_seconds:
        ordered().reads(0, on(&[a("active")]))
            => ["50 pause A", "150 watch", "250 pause A", "550 pause A", "1150 pause A", "2300 pause A",
                "3200 pause A", "4350 pause A", "5150 pause A", "6300 pause A", "7150 pause A",
                "8000 NotPaused"];

    an_order_is_never_superseded:
        ordered().reads(0, off(&[a("active")])).reads(1_000, off(&[a("paused")]))
            => ["50 pause A", "150 watch", "250 pause A", "550 pause A", "1700 Paused"];

    a_flow_hears_nothing_good_of_a_recorder_in_an_error:
        ordered().reads(0, on(&[a("active")])).reads(100, on(&[a("error")]))
            => ["50 pause A", "150 watch", "3250 NotPaused"];

    a_flow_hears_no_paused_while_somebody_may_have_taken_over:
        ordered().reads(0, on(&[a("active"), b("active")])).reads(100, on(&[a("active"), b("paused")]))
            .reads(5_500, on(&[dead("active"), b("paused")])).with(for_everyone)
            => ["50 pause A", "50 pause B", "150 watch", "250 pause A", "550 pause A", "1200 pause A",
                "2350 pause A", "3200 pause A", "4350 pause A", "5150 pause A", "8000 NotPaused"];

    an_order_whose_request_hangs_posts_its_message_after_a_second:
        ordered().reads(0, on(&[untold()])).leaves_unanswered(0, P)
            => ["50 pause A", "1050 watch", "4050 give up A", "4050 pause A", "8000 give up A",
                "8000 UpstreamUnavailable"];

    an_order_to_resume_defers_to_a_secure_pause_that_is_on:
        resume_ordered().reads(0, on(&[a("paused")]))
            => ["50 Deferred"];

    an_order_to_resume_is_carried_out_on_a_sign:
        resume_ordered().reads(0, in_flow(&[a("paused")])).reads(100, in_flow(&[a("active")]))
            => ["50 resume A", "3200 Resumed"];

    an_order_to_resume_is_taken_back_where_a_secure_pause_begins:
        resume_ordered().reads(0, off(&[a("paused")])).reads(1_000, on(&[a("active")]))
            .reads(1_200, on(&[a("paused")]))
            => ["50 resume A", "1150 pause A", "1150 watch", "4300 ResumeWithdrawn"];

    an_order_to_resume_stands_where_nothing_can_be_read_any_more:
        resume_ordered().reads(0, off(&[a("paused")])).fails_to_read(100)
            => ["50 resume A", "8000 UpstreamUnavailable"];
}

// ---- Resuming.

#[rustfmt::skip] // A scene a paragraph.
scenes! {
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
            => ["50 resume A", "1150 pause A", "4300 ResumeWithdrawn"];

    a_resume_waits_for_the_agent_to_close_the_payment_page:
        Play::ended().aged(1_000).reads(0, off(&[a("paused")])).reads(4_200, off(&[a("active")]))
            .with(delayed)
            => ["4050 resume A", "7200 Resumed"];

    no_resume_is_sent_with_less_than_five_seconds_left:
        Play::ended().reads(0, off(&[a("paused")])).with(|play| play.deadline = 5_000)
            => ["50 Doubtful"];

    nor_at_the_direct_door:
        resume_ordered().reads(0, off(&[a("paused")])).with(|play| play.deadline = 5_000)
            => ["50 Deferred"];

    nor_by_a_check:
        check().reads(0, off(&[a("paused")])).with(|play| play.deadline = 5_000)
            => ["50 Watching"];

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
            .reads(1_500, on(&[in_wrap_up(a("paused"))]))
            => ["50 resume A", "550 pause A", "750 pause A", "1050 pause A", "3700 ResumeWithdrawn"];

    a_resume_whose_agent_hangs_up_is_not_repeated:
        Play::ended().reads(0, off(&[a("paused")])).reads(100, off(&[in_wrap_up(a("paused"))]))
            .answers(0, R, 50, down(R))
            => ["50 resume A", "3150 NothingPaused"];

    a_resume_taken_back_blindly_allows_no_more:
        Play::ended().reads(0, off(&[a("paused")])).hangs(100).with(|play| play.deadline = 8_000)
            => ["50 resume A", "7000 pause A", "8000 watch", "8000 DeadlineExceeded"];

    a_resume_taken_back_ends_so_when_the_next_secure_pause_ends:
        Play::ended().reads(0, off(&[a("paused")])).reads(500, on(&[a("active")]))
            .reads(1_500, off(&[a("active")]))
            => ["50 resume A", "550 pause A", "750 pause A", "1050 pause A", "1650 pause A",
                "2650 pause A", "3700 ResumeWithdrawn"];

    a_reading_that_misses_the_conversation_does_not_slow_the_next_ones_down:
        Play::ended().reads(0, off(&[a("paused")])).reads(100, NONE).reads(300, on(&[a("active")]))
            .reads(600, on(&[a("paused")]))
            => ["50 resume A", "550 pause A", "3700 ResumeWithdrawn"];

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
                "3150 resume A", "3150 resume B", "5150 pause A", "8300 ResumeWithdrawn"];

    who_has_gone_is_not_paused_where_a_resume_is_taken_back:
        Play::ended().reads(0, off(&[a("paused"), b("paused")]))
            .reads(100, off(&[dead("stopped"), b("active")]))
            .reads(1_000, on(&[dead("stopped"), b("active")]))
            .reads(1_300, on(&[dead("stopped"), b("paused")]))
            => ["50 resume A", "50 resume B", "1350 pause B", "4500 ResumeWithdrawn"];

    who_has_gone_into_wrap_up_is_paused_where_a_resume_is_taken_back:
        Play::ended().reads(0, off(&[a("paused"), b("paused")]))
            .reads(100, off(&[dead("active"), b("active")]))
            .reads(1_000, on(&[in_wrap_up(a("active")), b("active")]))
            .reads(1_300, on(&[in_wrap_up(a("paused")), b("paused")]))
            => ["50 resume A", "50 resume B", "1350 pause A", "1350 pause B", "4500 ResumeWithdrawn"];

    a_conversation_that_ends_under_the_resume_is_over:
        Play::ended().reads(0, off(&[a("paused")])).reads(100, NONE)
            => ["50 resume A", "2150 ConversationOver"];

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

// ---- A check.

#[rustfmt::skip] // A scene a paragraph.
scenes! {
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
            .reads(1_300, on(&[a("paused")]))
            => ["50 resume A", "1150 pause A", "4300 ResumeWithdrawn"];

    a_check_that_has_no_time_for_a_second_reading_goes_on:
        check().reads(0, voice_paused(&[a("active")])).with(|play| play.deadline = 2_000)
            => ["2000 Watching"];
}

// ---- Late pauses.

#[rustfmt::skip] // A scene a paragraph.
scenes! {
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
}

// ---- What is noted for the record.

#[test]
fn whoever_else_is_recorded_is_noted() {
    #[rustfmt::skip] // A row a line.
    let rows = [
        (vec![a("paused"), b("active")], vec![LEG_B], "who is no target"),
        (vec![a("paused"), b("paused")], vec![], "who is no target, and dark"),
        (vec![a("paused"), in_wrap_up(b("active"))], vec![], "who is not live"),
    ];
    for (legs, others, reason) in rows {
        let played = Play::started().reads(0, on(&legs)).run();
        let last = played.history.last.unwrap();
        assert_eq!(last.others_recording, others.into_iter().map(id).collect::<Vec<_>>(), "{reason}");
    }
    let play = Play::started().reads(0, on(&[a("active")])).with(|play| play.deadline = 1_000);
    assert_eq!(play.run().history.last.unwrap().others_recording, [], "a target is no other");
}

#[test]
fn nothing_is_read_while_every_leg_waits_because_genesys_asked_to() {
    let limited_for = |seconds| Play::started().answers(0, P, 100, limited(P, seconds));
    let alone = limited_for(5).answers(1_000, P, 100, acknowledged());
    let alone = alone.reads(0, on(&[a("active")])).with(|play| play.deadline = 5_400);
    assert_eq!(
        alone.run().readings(),
        [0, 5_300],
        "none before the pause that was asked to wait has gone out"
    );
    let at_once = limited_for(0).reads(0, on(&[a("active")])).with(|play| play.deadline = 600);
    assert_eq!(at_once.run().readings(), [0, 200, 500], "no wait was asked for");
}
