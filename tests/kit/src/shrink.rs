//! Makes a failing schedule small.

use crate::setup::Setup;

/// A schedule: plain data, of which all that happens follows.
pub trait Schedule: Clone + 'static {
    /// One thing that happens.
    type Step: Clone;

    /// What happens, in order.
    fn steps(&mut self) -> &mut Vec<Self::Step>;

    /// The network's set-up, if it is part of the schedule.
    fn setup(&mut self) -> Option<&mut Setup> {
        None
    }

    /// Ways to do without something else that the suite offers.
    fn simpler() -> &'static [fn(&mut Self)] {
        &[]
    }
}

/// Removes steps as long as the schedule still fails, halves first, then ever smaller pieces, until no single step can
/// go; then does without what the set-up offers.
pub fn shrink<C: Schedule>(mut case: C, fails: impl Fn(&C) -> bool) -> C {
    let mut piece = case.steps().len().max(1);
    loop {
        let mut removed = false;
        let mut from = 0;
        while from < case.steps().len() {
            let mut smaller = case.clone();
            let steps = smaller.steps();
            let to = (from + piece).min(steps.len());
            steps.drain(from..to);
            if fails(&smaller) {
                case = smaller;
                removed = true;
            } else {
                from += piece;
            }
        }
        if piece > 1 {
            piece /= 2;
        } else if !removed {
            break;
        }
    }
    let of_setup = Setup::SIMPLER.into_iter().map(|make| {
        move |case: &mut C| {
            if let Some(setup) = case.setup() {
                make(setup);
            }
        }
    });
    let of_suite = C::simpler().iter().copied();
    of_setup.for_each(|make| try_without(&mut case, make, &fails));
    of_suite.for_each(|make| try_without(&mut case, make, &fails));
    case
}

/// Keeps what is simpler if it fails too.
fn try_without<C: Clone>(case: &mut C, make: impl Fn(&mut C), fails: impl Fn(&C) -> bool) {
    let mut candidate = case.clone();
    make(&mut candidate);
    if fails(&candidate) {
        *case = candidate;
    }
}

#[cfg(test)]
mod tests {
    use super::{Schedule, shrink};
    use crate::setup::Setup;

    #[derive(Clone, Debug, PartialEq)]
    struct Numbers {
        steps: Vec<u32>,
        setup: Setup,
        order: bool,
    }

    impl Schedule for Numbers {
        type Step = u32;

        fn steps(&mut self) -> &mut Vec<u32> {
            &mut self.steps
        }

        fn setup(&mut self) -> Option<&mut Setup> {
            Some(&mut self.setup)
        }

        fn simpler() -> &'static [fn(&mut Self)] {
            &[|case| case.order = true]
        }
    }

    #[test]
    fn what_does_not_matter_goes_and_what_matters_stays() {
        let setup = |loss| {
            let mut setup = Setup::PLAIN;
            (setup.wire.loss, setup.skew) = (loss, 120);
            setup
        };
        let case = Numbers {
            steps: (0..100).collect(),
            setup: setup(30),
            order: false,
        };
        // Two steps, one property of the set-up and one of the suite are at fault.
        let fails = |case: &Numbers| {
            let has_steps = case.steps.contains(&17) && case.steps.contains(&90);
            has_steps && case.setup.skew > 0 && !case.order
        };
        let small = Numbers {
            steps: vec![17, 90],
            setup: setup(0),
            order: false,
        };
        assert_eq!(shrink(case, fails), small);
    }
}
