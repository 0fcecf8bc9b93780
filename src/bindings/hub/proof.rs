//! What is proven of a window that offers a connection: its origin, the target it came by, and its grants.

use std::rc::Rc;

use super::Hub;
use super::session::{Proof, Proven};
use crate::core::grants::Grants;
use crate::platform::host;
use crate::transport::window::Address;

impl Hub {
    /// What is known of whoever offered a port.
    pub(super) fn prove(&self, from: &Address, origin: &str, target: Option<u32>, proof: Proof) -> Proven {
        let called = target.and_then(|number| {
            let mut inner = self.inner.borrow_mut();
            let target = inner.target(number)?;
            Some((target.alias.clone(), target.kind.clone(), target.grants.clone()))
        });
        let (alias, kind, grants) = called.unwrap_or_else(|| {
            let kind = if from.is_worker() {
                "parent".to_owned()
            } else {
                host::kind_of(from.outlet())
            };
            (None, kind, self.held_to(from, origin))
        });
        Proven {
            alias,
            kind,
            origin: origin.to_owned(),
            target,
            from: Some(from.clone()),
            grants,
            proof,
        }
    }

    /// Who comes uncalled is held to what was said of those it belongs to: of the windows it is in or was opened by, and of
    /// any other of its origin. Otherwise a restricted frame would only have to open another.
    fn held_to(&self, from: &Address, origin: &str) -> Option<Rc<Grants>> {
        let lineage = if from.is_worker() {
            js_sys::Array::of1(from.outlet())
        } else {
            host::lineage(from.outlet())
        };
        let inner = self.inner.borrow();
        let mut held = None;
        for target in &inner.targets {
            let Some(grants) = &target.grants else { continue };
            if target.handshake.origin() == origin || lineage.iter().any(|window| target.is_at(&window)) {
                held = Some(both(held, grants));
            }
        }
        match (held, self.config.grants.of(origin)) {
            (Some(held), Some(general)) => Some(both(Some(held), &general)),
            (held, _) => held,
        }
    }
}

fn both(one: Option<Rc<Grants>>, other: &Rc<Grants>) -> Rc<Grants> {
    match one {
        None => other.clone(),
        Some(one) => Rc::new(one.and(other)),
    }
}
