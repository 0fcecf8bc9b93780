//! The handles that a document of the test gives the core.

use std::cell::Cell;
use std::rc::Rc;

use parley_sync::core::connection::host::{Attached, Host, Label, Place, Window};

/// A test's host.
pub enum Test {}

impl Host for Test {
    type Window = Win;
    type Place = Win;
    type Port = usize;
    type Wire = usize;
    type Waiting = usize;
    type Label = Kind;
    type Peer = Nothing;
    type Target = f64;
}

/// A window: its number, the page that it is in, and whether it is there.
#[derive(Clone, Debug)]
pub struct Win {
    pub id: usize,
    pub page: usize,
    pub is_gone: Rc<Cell<bool>>,
    /// The page whose document decides right now.
    pub deciding: Rc<Cell<usize>>,
}

impl PartialEq for Win {
    fn eq(&self, other: &Win) -> bool {
        self.id == other.id
    }
}

impl Window for Win {
    fn is_worker(&self) -> bool {
        false
    }

    fn is_closed(&self) -> bool {
        self.is_gone.get()
    }

    fn is_same_page(&self) -> bool {
        self.page == self.deciding.get()
    }
}

impl Place<Win> for Win {
    fn window(&self) -> Option<Win> {
        (!self.is_gone.get()).then(|| self.clone())
    }
}

#[derive(Clone)]
pub struct Kind;

impl Label for Kind {
    fn new(_: &str, _: &str, _: &str) -> Kind {
        Kind
    }
}

pub struct Nothing;

impl Attached for Nothing {
    fn new(_: &str) -> Nothing {
        Nothing
    }

    fn rename(&mut self, _: &str) {}
}
