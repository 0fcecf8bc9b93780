//! Schedules that once failed, made small.

use super::Case;

/// What was wrong, the seed of the world, and those of the steps.
const FOUND: &[(&str, u64, &[u64])] = &[
    (
        "connect() while the offer of that window was half accepted: two ports crossed, and each side closed the other's",
        30394525427281087,
        &[
            8759744223800860110,
            845445716068082335,
            18014264493726704518,
            4073439381328965314,
        ],
    ),
    (
        "the goodbye of a handshake that was given up ended the peer on the channel, whose next offer was taken for an old one",
        3441955198129653117,
        &[
            5535221180210327195,
            16053301133387166256,
            2082955874010624249,
            11552899103991506848,
            10525799032666602183,
            9345845789998269377,
            18224518257969959133,
            4719809108886499953,
            1578590555150866091,
            12331950371966242041,
            3230394766600823554,
            470888728807144286,
        ],
    ),
    (
        "connect() found the dead document of that window, and the living one ignored a second offer",
        16728174943802168897,
        &[
            6721059635846727915,
            10665221675022039650,
            7779670520481852287,
            7171733700695549044,
            13298698485600902628,
            9236534274250287158,
            16130431741586898572,
            7452139783558790111,
            6330055844038089994,
            16325326167804329852,
        ],
    ),
    (
        "a peer that came uncalled offered again because it had lost its port, and was ignored",
        1852996547324671900,
        &[
            10256136970523794461,
            8644817567117876906,
            8706160071962006475,
            4165178214095224115,
            6065472123966750798,
            12341049714429689219,
            5548174105994885550,
            7827749875173968278,
            7159053532467281270,
            957879927669476936,
        ],
    ),
    (
        "a page came back from the cache with a handshake that the other side had given up",
        9438026538953018175,
        &[
            5195162188594453955,
            344904263374922144,
            11693097233926253189,
            18092201132611986760,
            3179667027562942649,
            10615584824200727519,
            13355634693626786743,
        ],
    ),
    (
        "a peer was lost while its page was busy, and its next offer came before the goodbye",
        12282913781050560795,
        &[
            3457301888591669794,
            5001092557146047880,
            18183472415313242764,
            17537361222432892825,
        ],
    ),
    (
        "a document took the offer that was meant for a second Parley of it, and connect() did not find it behind that",
        13449733897354850597,
        &[
            1641513035787832450,
            15627845041600858429,
            4983712450631997711,
            15984087017394199083,
            16768538944508467781,
            2086316632035267790,
            6995772641388964748,
            7593926490667864120,
            7203526616117576316,
            16729036221360048616,
            5978325680460942092,
            3445676779804023418,
            16965525377107976596,
        ],
    ),
    (
        "a page came back from the cache, was found on the channel first, and took the next offer for an old one",
        5252175714742810343,
        &[
            14036108667314266789,
            7088608668685087275,
            8014777223994329571,
            17204952829285558942,
            2610649739809236477,
            5714798660437692215,
            16164728908636477530,
            5960394165407696766,
            12371628026090004185,
        ],
    ),
    (
        "a port that this side had offered, and nobody took, counted as one that was taken",
        17393356308734750045,
        &[
            4392828962111163046,
            1259559118813854591,
            16510971325252799570,
            15163424976213098850,
            12238910313308789298,
            16610059798067419587,
            17342840177220777471,
            14265114074664369028,
            4116272778702246502,
            14054926669465868469,
            15348290987270614170,
            320337507389306935,
        ],
    ),
];

pub fn all() -> impl Iterator<Item = (&'static str, Case)> {
    let found = FOUND.iter();
    found.map(|&(name, world, steps)| {
        let steps = steps.to_vec();
        (name, Case { world, steps })
    })
}
