//! An order of a flow: the flow hears of nothing but a dark screen.

use super::{P, for_everyone, naming_409, ordered, resume_ordered, strictly};
use crate::fixtures::{a, acknowledged, b, dead, in_flow, off, on, refused, untold};

#[rustfmt::skip] // A scene a paragraph.
scenes! {
    a_flow_hears_paused_although_the_answer_is_slow:
        ordered().reads(0, on(&[a("active")])).reads(100, on(&[a("paused")]))
            .answers(0, P, 3_000, acknowledged())
            => ["50 pause A", "1050 watch", "1150 give up A", "1150 Paused"];

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
            .reads(3_300, on(&[a("paused")]))
            => ["50 resume A", "3200 pause A", "3200 watch", "6350 ResumeWithdrawn"];

    an_order_to_resume_stands_where_nothing_can_be_read_any_more:
        resume_ordered().reads(0, off(&[a("paused")])).fails_to_read(100)
            => ["50 resume A", "8000 UpstreamUnavailable"];

    nor_at_the_direct_door:
        resume_ordered().reads(0, off(&[a("paused")])).with(|play| play.deadline = 5_000)
            => ["50 Deferred"];

    a_flow_hears_paused_of_a_screen_that_was_dark_before_although_genesys_refuses:
        ordered().reads(0, on(&[a("paused")])).answers(0, P, 100, refused(P, 409))
            => ["50 pause A", "150 watch", "250 pause A", "550 pause A", "1150 pause A", "2300 pause A",
                "3450 Paused"];

    a_second_pause_that_is_refused_does_not_unsettle_the_first:
        ordered().reads(0, on(&[a("active")])).reads(1_050, on(&[a("paused")]))
            .answers(0, P, 400, acknowledged()).answers(500, P, 400, refused(P, 409))
            => ["50 pause A", "450 watch", "550 pause A", "2000 Paused"];

    a_flow_hears_no_paused_where_nothing_was_ever_read:
        naming_409(ordered().naming_the_leg().hangs(0).answers(0, P, 100, refused(P, 409)))
            => ["2500 pause A", "2600 watch", "5100 pause A", "7700 pause A", "8000 DeadlineExceeded"];
}
