//! Which conversations are drawn: a page with all of a year's would be of no use.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use uuid::NonNilUuid;

use crate::secure_pause::SecurePause;
use crate::standing::Standing;
use crate::stored::Proven;

/// So many conversations are drawn: some five printed pages.
pub const TIMELINES: usize = 30;
/// So many secure pauses of one conversation, the first of them: more cannot be told apart in a drawing.
const IN_ONE: usize = 40;

/// The secure pauses of each conversation that is drawn: first those that the stored recordings show, then those with a
/// screen that was not dark in the end, then those recorded again, then those with another failure, then the longest
/// exposures.
pub fn of(pauses: &[SecurePause]) -> Vec<Vec<&SecurePause>> {
    let mut ranked: Vec<&SecurePause> = pauses.iter().collect();
    ranked.sort_by_key(|pause| Reverse(weight(pause)));
    let mut chosen: Vec<NonNilUuid> = Vec::new();
    for pause in ranked {
        if chosen.len() == TIMELINES {
            break;
        }
        if !chosen.contains(&pause.conversation) {
            chosen.push(pause.conversation);
        }
    }
    let mut drawn: BTreeMap<NonNilUuid, Vec<&SecurePause>> =
        chosen.iter().map(|conversation| (*conversation, Vec::new())).collect();
    for pause in pauses {
        if let Some(of_one) = drawn.get_mut(&pause.conversation).filter(|of_one| of_one.len() < IN_ONE) {
            of_one.push(pause);
        }
    }
    chosen.iter().filter_map(|conversation| drawn.remove(conversation)).collect()
}

fn weight(pause: &SecurePause) -> (bool, bool, bool, bool, u32) {
    let is_stored = pause.stored.proven() == Proven::Recorded;
    let has_failed = pause.failure.is_some() || pause.resume_failure.is_some();
    let exposure = pause.exposure.map_or(0, |exposure| exposure.ms);
    let is_lost = pause.standing == Standing::NotDark || pause.exposure.is_some_and(|it| !it.is_until_dark);
    (is_stored, is_lost, pause.standing == Standing::RecordedDuring, has_failed, exposure)
}
