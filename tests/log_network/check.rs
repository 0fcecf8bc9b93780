//! What must hold: during a schedule how much a window holds, at its end that all windows agree.

use std::collections::{HashMap, HashSet};

use super::Network;
use super::case::Keep;
use parley_sync_kit::Outcome;

/// What a schedule came to.
#[derive(Default, Debug)]
pub struct Summary {
    pub actions: usize,
    pub cuts: u64,
    pub lost: usize,
}

impl Network {
    /// No window holds more actions than its options let it.
    pub(super) fn check_held(&self) -> Outcome {
        // A cut waits for the host to hand back the state there, so the bound is that of an idle host.
        let bound = self.options.keep + self.options.cut + self.options.patience + 160;
        let windows = self.space.sites.iter().filter_map(|site| site.window.as_ref());
        for window in windows.filter(|window| window.idle()) {
            let (held, _) = window.node.held();
            if held > bound {
                return Err(format!("{held} actions are held"));
            }
        }
        Ok(())
    }

    /// All windows have folded the same actions, in an order in which causes stand first.
    pub(super) fn check(&self) -> Result<Summary, String> {
        let windows = self.space.sites.iter().map(|site| site.window.as_ref());
        let windows: Option<Vec<_>> = windows.collect();
        let windows = windows.ok_or("a window is not open")?;
        let first = windows[0];
        for (at, window) in windows.iter().enumerate() {
            if !window.ready {
                return Err(format!("window {at} is not ready"));
            }
            if window.state != first.state {
                return Err(format!(
                    "window 0 has {:?}\nwindow {at} has {:?}",
                    first.state, window.state
                ));
            }
            if window.node.vector() != first.node.vector() || window.node.position() != first.node.position()
            {
                return Err(format!("window {at} has seen something else than window 0"));
            }
        }
        let applied = &first.state.applied;
        let places: HashMap<u32, usize> = applied.iter().enumerate().map(|(at, &id)| (id, at)).collect();
        if applied.iter().collect::<HashSet<_>>().len() != applied.len() {
            return Err(format!("an action counts twice: {applied:?}"));
        }
        let keeps_all = self.config.keep != Keep::Little;
        for (id, cause) in &self.born {
            let (at, before) = (places.get(id), cause.and_then(|cause| places.get(&cause)));
            if keeps_all
                && let (Some(at), Some(before)) = (at, before)
                && at < before
            {
                return Err(format!("{id} stands before its cause {cause:?}"));
            }
        }
        let expected = self.expected.keys().filter(|id| *id % 13 != 5);
        let lost = expected.filter(|id| !places.contains_key(id)).count();
        if lost > 0 && keeps_all {
            return Err(format!("{lost} actions of living windows are lost"));
        }
        Ok(Summary {
            actions: applied.len(),
            cuts: first.node.tip().cuts,
            lost,
        })
    }
}
