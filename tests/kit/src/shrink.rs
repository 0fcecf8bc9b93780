//! Makes a failing schedule small.

/// A schedule: plain data, of which all that happens follows.
pub trait Schedule: Clone + 'static {
    /// One thing that happens.
    type Step: Clone;

    /// What happens, in order.
    fn steps(&mut self) -> &mut Vec<Self::Step>;

    /// Ways to do without something that the set-up offers.
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
    for make in C::simpler() {
        let mut candidate = case.clone();
        make(&mut candidate);
        if fails(&candidate) {
            case = candidate;
        }
    }
    case
}

#[cfg(test)]
mod tests {
    use super::{Schedule, shrink};

    #[derive(Clone, Debug, PartialEq)]
    struct Numbers {
        steps: Vec<u32>,
        loss: u8,
        order: bool,
    }

    impl Schedule for Numbers {
        type Step = u32;

        fn steps(&mut self) -> &mut Vec<u32> {
            &mut self.steps
        }

        fn simpler() -> &'static [fn(&mut Self)] {
            &[|case| case.loss = 0, |case| case.order = true]
        }
    }

    #[test]
    fn what_does_not_matter_goes_and_what_matters_stays() {
        let case = Numbers {
            steps: (0..100).collect(),
            loss: 30,
            order: false,
        };
        // Two steps and one property of the set-up are at fault.
        let fails = |case: &Numbers| case.steps.contains(&17) && case.steps.contains(&90) && !case.order;
        let small = Numbers {
            steps: vec![17, 90],
            loss: 0,
            order: false,
        };
        assert_eq!(shrink(case, fails), small);
    }
}
