//! One window and its host: runs the reducer, hands states back, tells its subscriber, and checks what it sees.

use std::collections::{HashSet, VecDeque};
use std::rc::Rc;

use parley_sync::core::fingerprint::Content;
use parley_sync::core::id::Actor;
use parley_sync::core::log::{Fold, LogEffect, LogNode, Options};

/// An action: its number, and the last action its dispatcher had applied.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Act {
    pub id: u32,
    pub cause: Option<u32>,
}

/// Whose initial state it began with, and every action in the order it was applied.
impl Content for Act {
    fn fingerprint(&self) -> u64 {
        u64::from(self.id).fingerprint()
    }
}

impl Content for State {
    fn fingerprint(&self) -> u64 {
        self.applied.fingerprint()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub began: u32,
    pub applied: Rc<Vec<u32>>,
}

pub type Node = LogNode<Act, State>;
pub type Effect = LogEffect<Act, State>;

pub struct Window {
    pub node: Node,
    pub state: State,
    pub ready: bool,
    todo: VecDeque<Effect>,
    heard: HashSet<u32>,
    reactive: bool,
    /// Whether an action that was heard of may be dropped, and heard of again.
    forgetful: bool,
}

/// The reducer. On some actions it throws: they leave the state as it was.
fn reduce(state: &State, act: Act) -> State {
    if act.id % 13 == 5 {
        return state.clone();
    }
    let mut applied = (*state.applied).clone();
    applied.push(act.id);
    State {
        began: state.began,
        applied: Rc::new(applied),
    }
}

impl Window {
    pub fn new(
        place: u32,
        actor: u64,
        born: f64,
        options: Options,
        reactive: bool,
        forgetful: bool,
    ) -> Window {
        let state = State {
            began: place,
            applied: Rc::default(),
        };
        Window {
            node: LogNode::new(Actor::from_random(actor), born, state.clone(), options),
            state,
            ready: false,
            todo: VecDeque::new(),
            heard: HashSet::new(),
            reactive,
            forgetful,
        }
    }

    pub fn queue(&mut self, effects: Vec<Effect>) {
        self.todo.extend(effects);
    }

    /// A handle stands for one connection: what was meant for one that is gone does not go to the next.
    pub fn forget_peer(&mut self, peer: u32) {
        for effect in &mut self.todo {
            if let LogEffect::Send { to, .. } = effect {
                to.retain(|&other| other != peer);
            }
        }
    }

    pub fn idle(&self) -> bool {
        self.todo.is_empty()
    }

    pub fn dispatch(&mut self, id: u32, now: f64) {
        let act = self.act(id);
        let effects = self.node.dispatch(act, now);
        self.queue(effects);
    }

    pub fn dispatch_remote(&mut self, id: u32, now: f64) {
        let act = self.act(id);
        let effects = self.node.dispatch_remote(act, now);
        self.queue(effects);
    }

    fn act(&self, id: u32) -> Act {
        Act {
            id,
            cause: self.state.applied.last().copied(),
        }
    }

    /// Carries out the next effect; what it wants sent is handed back.
    pub fn work(&mut self, fresh_id: &mut u32, now: f64) -> Result<Option<Effect>, String> {
        match self.todo.pop_front() {
            Some(LogEffect::Fold(fold)) => self.fold(fold, fresh_id, now).map(|()| None),
            Some(LogEffect::Ready) if self.ready => Err("ready twice".into()),
            Some(LogEffect::Ready) => {
                self.ready = true;
                Ok(None)
            }
            Some(LogEffect::Refused { code, .. }) => Err(format!("an honest frame was refused: {code}")),
            other => Ok(other),
        }
    }

    fn fold(&mut self, fold: Fold<Act, State>, fresh_id: &mut u32, now: f64) -> Result<(), String> {
        let mut state = fold.start;
        let mut position = fold.position;
        let mut told = Vec::new();
        for step in fold.steps {
            if step.fresh {
                let cause = step.action.cause;
                // The cause of an action that was issued anew may be among what a side that lost has forgotten.
                if !self.forgetful && cause.is_some_and(|cause| !state.applied.contains(&cause)) {
                    return Err(format!("{} before its cause {cause:?}", step.action.id));
                }
                told.push(step.action);
            }
            state = reduce(&state, step.action);
            position += 1;
            self.node.record(fold.epoch, position, state.clone());
        }
        self.state = state;
        for act in told {
            if !self.heard.insert(act.id) && !self.forgetful {
                return Err(format!("told of {} twice", act.id));
            }
            if self.reactive && act.id % 7 == 3 {
                *fresh_id += 1;
                self.dispatch(*fresh_id, now);
            }
        }
        Ok(())
    }
}
