//! An order for the voice, too: both are paused at once; the voice is resumed first, the screens last.

use serde_json::Value;

use super::{P, R, nameless_b, ordered, resume_ordered};
use crate::fixtures::down;
use crate::fixtures::{
    a, acknowledged, broken, forbidden, in_flow, limited, off, on, over, refused, token_refused, unknown,
    untold, voice_paused,
};
use crate::play::Play;
use secure_pause::decide::voice::Told;

fn both() -> Play {
    ordered().with_voice()
}

fn back() -> Play {
    resume_ordered().with_voice()
}

#[rustfmt::skip] // A scene a paragraph.
scenes! {
    both_are_paused_at_once_and_read_back:
        both().reads(0, off(&[a("active")])).reads(100, on(&[a("paused")]))
            => ["50 pause A", "50 pause voice", "150 watch", "1200 Paused"];

    a_voice_that_is_still_recorded_is_paused_again_although_the_screen_is_dark:
        both().reads(0, off(&[a("active")])).reads(100, off(&[a("paused")])).reads(500, on(&[a("paused")]))
            => ["50 pause A", "50 pause voice", "150 watch", "250 pause voice", "1400 Paused"];

    a_voice_that_was_paused_again_and_again_is_read_back_a_second_after_the_last_time:
        both().reads(0, off(&[a("active")])).reads(100, off(&[a("paused")])).reads(3_100, voice_paused(&[a("paused")]))
            => ["50 pause A", "50 pause voice", "150 watch", "250 pause voice", "550 pause voice", "1200 pause voice",
                "2350 pause voice", "3500 Paused"];

    a_voice_that_is_refused_costs_no_pause_of_the_screen:
        both().reads(0, off(&[a("active")])).reads(100, off(&[a("paused")])).answers_voice(0, forbidden(P))
            => ["50 pause A", "50 pause voice", "150 watch", "1200 Paused"];

    a_voice_that_is_not_reported_is_waited_for_as_long_as_reads_may_lag:
        both().reads(0, unknown(&[a("active")])).reads(100, unknown(&[a("paused")]))
            => ["50 pause A", "50 pause voice", "150 watch", "3200 Paused"];

    a_voice_that_does_not_answer_is_given_up_and_paused_again:
        both().reads(0, unknown(&[a("active")])).reads(100, unknown(&[a("paused")])).leaves_voice_unanswered(0)
            .answers_voice(4_000, acknowledged())
            => ["50 pause A", "50 pause voice", "150 watch", "4050 give up voice", "4050 pause voice",
                "7200 Paused"];

    the_voice_is_paused_although_nothing_can_be_read_and_nobody_is_named:
        both().hangs(0)
            => ["2500 pause voice", "8000 DeadlineExceeded"];

    nobody_is_there_to_be_paused_and_nothing_is_sent:
        both().reads(0, over(&a("stopped")))
            => ["50 NoTarget"];

    the_voice_is_resumed_first_and_the_screens_when_it_is_recorded_again:
        back().reads(0, on(&[a("paused")])).reads(100, off(&[a("paused")])).reads(300, off(&[a("active")]))
            => ["50 resume voice", "200 resume A", "3350 Resumed"];

    reads_that_lag_behind_the_voice_s_resume_are_waited_for:
        back().reads(0, on(&[a("paused")])).reads(2_500, off(&[a("paused")])).reads(3_000, off(&[a("active")]))
            => ["50 resume voice", "2750 resume A", "5900 Resumed"];

    another_secure_pause_keeps_the_screens_dark:
        back().reads(0, on(&[a("paused")]))
            => ["50 resume voice", "3200 Deferred"];

    a_voice_that_still_reads_paused_keeps_them_dark_where_it_alone_reports_a_secure_pause:
        back().reads(0, voice_paused(&[a("paused")]))
            => ["50 resume voice", "3200 Deferred"];

    a_flow_that_is_on_the_call_does_not:
        back().reads(0, in_flow(&[a("paused")])).reads(300, in_flow(&[a("active")]))
            => ["50 resume voice", "200 resume A", "3350 Resumed"];

    a_voice_that_may_not_be_resumed_keeps_them_dark:
        back().reads(0, on(&[a("paused")])).answers_voice(0, forbidden(R))
            => ["50 resume voice", "3200 Deferred"];

    a_resume_of_the_voice_that_failed_is_not_repeated:
        back().reads(0, on(&[a("paused")])).answers_voice(0, down(R))
            => ["50 resume voice", "3200 Deferred"];

    nor_is_one_whose_connection_broke:
        back().reads(0, on(&[a("paused")])).answers_voice(0, broken(R))
            => ["50 resume voice", "3200 Deferred"];

    one_that_was_refused_for_its_token_was_not_carried_out:
        back().reads(0, on(&[a("paused")])).answers_voice(0, token_refused(R)).answers_voice(100, acknowledged())
            .reads(200, off(&[a("paused")])).reads(500, off(&[a("active")]))
            => ["50 resume voice", "150 resume voice", "300 resume A", "3450 Resumed"];

    one_that_is_asked_to_wait_is_not_repeated_either:
        back().reads(0, on(&[a("paused")])).answers_voice(0, limited(R, 1))
            => ["50 resume voice", "3200 Deferred"];

    one_that_is_never_answered_is_given_up_after_two_seconds:
        back().reads(0, on(&[a("paused")])).leaves_voice_unanswered(0).reads(2_000, off(&[a("paused")]))
            .reads(2_300, off(&[a("active")]))
            => ["50 resume voice", "2050 give up voice", "2100 resume A", "5250 Resumed"];

    a_secure_pause_that_begins_after_both_is_withdrawn_to:
        back().reads(0, off(&[a("paused")])).reads(1_000, voice_paused(&[a("active")]))
            .reads(1_300, voice_paused(&[a("paused")]))
            => ["50 resume voice", "200 resume A", "3350 pause A", "3350 watch", "6500 ResumeWithdrawn"];

    nothing_is_left_to_resume_but_the_voice:
        back().reads(0, on(&[a("active")])).reads(100, off(&[a("active")]))
            => ["50 resume voice", "200 NothingPaused"];

    the_status_is_asked_once:
        status().reads(0, on(&[a("paused")]))
            => ["50 Reported"];

    a_screen_whose_recording_has_ended_may_begin_another:
        status().reads(0, on(&[a("stopped")]))
            => ["3100 Reported"];

    a_status_that_cannot_be_read_is_an_error:
        status().fails_to_read(0)
            => ["50 UpstreamUnavailable"];
}

fn status() -> Play {
    ordered().with(|play| play.request.phase = None)
}

#[test]
fn what_is_told_of_the_voice_and_the_screen() {
    let (dark, lit) = (&[a("paused")][..], &[a("active")][..]);
    let recorded = |body: fn(&[Value]) -> Value| both().reads(0, off(lit)).reads(100, body(dark));
    #[rustfmt::skip] // A row a line.
    let rows = [
        (recorded(on), Told::Paused, "accepted, and read back"),
        (recorded(voice_paused), Told::Paused, "the same where the voice alone reports it"),
        (recorded(off).reads(3_100, voice_paused(dark)), Told::Paused, "accepted again and again, and then read back"),
        (recorded(unknown), Told::Unknown, "accepted, and not reported"),
        (recorded(off), Told::Active, "accepted in vain"),
        (recorded(off).answers_voice(0, forbidden(P)), Told::Active, "refused"),
        (recorded(voice_paused).answers_voice(0, forbidden(P)), Told::Unknown, "refused, and perhaps on hold"),
        (recorded(on).answers_voice(0, refused(P, 409)), Told::Paused, "refused, and a secure pause is on"),
        (recorded(unknown).answers_voice(0, forbidden(P)), Told::Unknown, "refused, and not reported"),
        (recorded(on).leaves_voice_unanswered(0), Told::Paused, "never answered, and a secure pause is on"),
        (recorded(voice_paused).leaves_voice_unanswered(0), Told::Unknown, "never answered"),
    ];
    for (play, wanted, reason) in rows {
        let played = play.run();
        assert!(played.is_paused(&play), "the screen is dark whatever becomes of the voice: {reason}");
        assert_eq!(played.voice(&play), wanted, "{reason}");
    }
    // Its second request is accepted when no time is left for a reading a second later.
    let late = recorded(voice_paused).reads(7_000, voice_paused(dark)).leaves_voice_unanswered(0);
    let late = late.answers_voice(4_000, acknowledged()).with(|play| play.deadline = 4_500);
    assert_eq!(late.run().voice(&late), Told::Unknown, "it may be a hold");
    for (body, wanted) in [(on(dark), Told::Active), (off(dark), Told::Active)] {
        let play = back().reads(0, body).reads(100, off(dark)).reads(400, off(lit));
        assert_eq!(play.run().voice(&play), wanted);
    }
    let play = back().reads(0, on(dark));
    assert_eq!(play.run().voice(&play), Told::Paused, "deferred");
}

#[test]
fn what_is_told_by_a_status() {
    use crate::fixtures::{b, dead, in_wrap_up};
    #[rustfmt::skip] // A row a line.
    let rows = [
        (on(&[a("paused"), b("paused")]), true, Told::Paused, "every live agent's screen is dark"),
        (on(&[a("paused"), b("active")]), false, Told::Paused, "one is recorded"),
        (on(&[a("paused"), nameless_b("active")]), false, Told::Paused, "so is one without an id"),
        (on(&[a("paused"), untold()]), false, Told::Paused, "nothing speaks for a screen that is not reported"),
        (on(&[a("paused"), b("requested")]), false, Told::Paused, "about to be recorded"),
        (on(&[a("paused"), b("error")]), false, Told::Paused, "it may start again"),
        (off(&[a("paused"), dead("active")]), true, Told::Active, "one that has ended is no matter"),
        (off(&[a("paused"), in_wrap_up(b("active"))]), true, Told::Active, "nor is one in wrap-up"),
        (unknown(&[a("stopped")]), true, Told::Unknown, "its recording has ended"),
        (voice_paused(&[]), false, Told::Paused, "nobody is there"),
        (over(&a("paused")), false, Told::Active, "it is over"),
    ];
    for (body, paused, voice, reason) in rows {
        let play = status().reads(0, body);
        let played = play.run();
        assert_eq!((played.is_paused(&play), played.voice(&play)), (paused, voice), "{reason}");
        assert!(played.lines().len() == 1, "nothing is sent: {:?}", played.lines());
    }
    let begun_anew = status().reads(0, on(&[a("stopped")])).reads(1_000, on(&[a("active")]));
    assert!(!begun_anew.run().is_paused(&begun_anew), "a second recording has begun");
}
