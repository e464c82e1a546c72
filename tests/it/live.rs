//! A call that lives on while the function works: what happens in it meanwhile, and what is true of it.

use std::sync::Mutex;
use std::time::Duration;

use uuid::Uuid;
use world::{Genesys, Organization, Recorded, ScreenState, World};

use crate::stage::*;

pub fn id(text: &str) -> Uuid {
    text.parse().unwrap()
}

impl Stage {
    /// The function as deployed by default, in an organization with these settings.
    pub async fn in_organization(change: impl FnOnce(&mut Organization), settings: &[(&str, &str)]) -> Self {
        let world = World::start().await;
        world.genesys.organization(change);
        Self::raised(world, settings).await
    }

    /// The function as deployed by default, and a call of the first agent in secure pause.
    pub async fn in_secure_pause() -> Self {
        Self::new().await.begins_secure_pause()
    }

    /// A call begins, and the first agent is on it in secure pause.
    pub fn begins_secure_pause(self) -> Self {
        self.call(&[(AGENT_A, LEG_A)]);
        self.secure_pause(true);
        self
    }

    /// The function as deployed by default, and a call whose secure pause [has left it dark](Self::left_dark).
    pub async fn in_the_dark() -> Self {
        let stage = Self::new().await;
        stage.left_dark();
        stage
    }

    /// A call begins under the id that the event files name, and these agents, each with a leg, are on it.
    pub fn call(&self, agents: &[(&str, &str)]) {
        let genesys = &self.world.genesys;
        genesys.start_call_as(id(CONVERSATION));
        for (user, leg) in agents {
            genesys.join_as(id(CONVERSATION), id(user), id(leg));
        }
    }

    /// The first agent begins a secure pause, or ends it.
    pub fn secure_pause(&self, on: bool) {
        secure_pause(&self.world.genesys, on);
    }

    /// The secure pause is over, and the screen of the first agent's leg still dark, as all readings show.
    pub fn left_dark(&self) {
        self.call(&[(AGENT_A, LEG_A)]);
        self.set_screen(LEG_A, ScreenState::Paused);
        self.world.genesys.settle();
    }

    pub fn set_screen(&self, leg: &str, state: ScreenState) {
        self.world.genesys.set_screen(id(CONVERSATION), id(leg), Some(state));
    }

    /// The screen recording of a leg in truth.
    pub fn screen(&self, leg: &str) -> Option<ScreenState> {
        self.world.genesys.screen(id(CONVERSATION), id(leg))
    }

    /// This happens `time` after the first pause or resume has been taken, whichever `action` says: at
    /// once means before the function knows.
    pub fn after(
        &self,
        action: &'static str,
        time: Duration,
        happening: impl FnOnce(&Genesys) + Send + 'static,
    ) {
        let is_it = move |request: &Recorded| request.path.ends_with(action) && request.status == Some(202);
        self.when(is_it, time, happening);
    }

    /// This happens `time` after the first pause or resume has ended, whichever `action` says, whatever came of
    /// it: at once means before the function knows.
    pub fn upon(
        &self,
        action: &'static str,
        time: Duration,
        happening: impl FnOnce(&Genesys) + Send + 'static,
    ) {
        self.when(move |request| request.path.ends_with(action), time, happening);
    }

    fn when(
        &self,
        is_it: impl Fn(&Recorded) -> bool + Send + Sync + 'static,
        time: Duration,
        happening: impl FnOnce(&Genesys) + Send + 'static,
    ) {
        let genesys = self.world.genesys.clone();
        let happening = Mutex::new(Some(happening));
        self.world.follow(move |request| {
            if !is_it(request) {
                return;
            }
            let Some(happening) = happening.lock().unwrap().take() else { return };
            let genesys = genesys.clone();
            if time.is_zero() {
                return happening(&genesys);
            }
            tokio::spawn(async move {
                tokio::time::sleep(time).await;
                happening(&genesys);
            });
        });
    }

    /// Once the first pause or resume has come, whichever `action` says, this happens: before any answer to it.
    pub fn when_sent(&self, action: &'static str, happening: impl FnOnce(&Genesys) + Send + 'static) {
        let world = self.world.clone();
        tokio::spawn(async move {
            while !world.requests().iter().any(|request| request.path.ends_with(action)) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            happening(&world.genesys);
        });
    }

    /// How many pauses or resumes, whichever `action` says, were sent for a leg.
    pub fn sent(&self, action: &str, leg: &str) -> usize {
        let end = format!("{leg}/screenrecording/{action}");
        self.world.requests().iter().filter(|request| request.path.ends_with(&end)).count()
    }
}

/// The next secure pause begins, and another invocation has paused the first agent's screen.
pub fn next_secure_pause(genesys: &Genesys) {
    secure_pause(genesys, true);
    genesys.set_screen(id(CONVERSATION), id(LEG_A), Some(ScreenState::Paused));
}

/// The first agent begins a secure pause in the call of [`Stage::call`], or ends it.
pub fn secure_pause(genesys: &Genesys, on: bool) {
    if on {
        genesys.secure_pause(id(CONVERSATION), id(AGENT_A));
    } else {
        genesys.end_secure_pause(id(CONVERSATION), id(AGENT_A));
    }
}
