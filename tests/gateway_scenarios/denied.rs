//! What a gateway keeps of denied writes, and for how long.

use parley_sync::core::model::{How, Strategy};

use super::gateway_network::case::{Links, ONE, STRATEGIES, TWO, set};
use super::gateway_network::{KEPT, Network};

/// A gateway that forgets as those of a host do.
fn network(strategy: Strategy, links: Links) -> Network {
    let mut network = Network::new(strategy, links);
    network.kept_denied = KEPT;
    network.settle();
    network
}

/// Window 3 writes so many keys that it may not.
fn write_denied(network: &mut Network, prefix: &str, count: usize) {
    let names: Vec<String> = (0..count).map(|nth| format!("{prefix} {nth}")).collect();
    let ops = names.iter().map(|name| (&**name, set(7))).collect();
    network.spread(3, ops, How::default());
}

fn assert_nothing_denied_shows(network: &Network) {
    for (at, model) in network.models.iter().enumerate() {
        let denied = model.iter().filter(|(key, _)| key.starts_with("denied"));
        assert_eq!(denied.count(), 0, "in window {at}");
    }
}

/// The next ticks bring nothing but digests.
fn assert_quiet(network: &mut Network) {
    network.heal();
    network.check().unwrap();
    assert_nothing_denied_shows(network);
    assert!(network.is_quiet(), "everything is compared again at every tick");
}

#[test]
fn what_was_denied_is_forgotten_once_it_is_taken_back() {
    let kinds = STRATEGIES
        .into_iter()
        .flat_map(|strategy| [(strategy, ONE), (strategy, TWO)]);
    for (strategy, links) in kinds {
        let mut network = network(strategy, links);
        network.write(3, vec![("both", set(1))], How::default());
        for round in 0..20 {
            write_denied(&mut network, &format!("denied {round}"), 100);
            for &link in links {
                let cells = network.view_cells(link);
                assert!(
                    cells < 1000,
                    "{strategy:?}: the view of {link:?} holds {cells} cells"
                );
            }
            assert_nothing_denied_shows(&network);
        }
        assert_eq!(
            network.denied,
            vec![3; 20 * links.len()],
            "each write was told to be denied"
        );
        assert_quiet(&mut network);
    }
}

#[test]
fn of_one_write_of_very_many_keys_what_is_denied_is_not_even_held() {
    for strategy in STRATEGIES {
        let mut network = network(strategy, ONE);
        network.write(3, vec![("both", set(1))], How::default());
        write_denied(&mut network, "denied", 5000);
        let cells = network.view_cells(ONE[0]);
        assert!(cells < 3000, "{strategy:?}: the view holds {cells} cells");
        assert_eq!(network.denied, vec![3], "the writer is told");
        assert_nothing_denied_shows(&network);
        assert_quiet(&mut network);
    }
}
