//! Bytes as printable characters.
//!
//! Frequent bytes become one character, the others two. Bytes stay aligned to characters, so what compresses as bytes compresses as
//! text: after brotli 1 to 2 % above the bytes, where base64 is a third above them. Printable ASCII survives every bundler, minifier,
//! editor and page encoding.
//!
//! A text begins with the frequent bytes, two characters each, and goes on with the bytes.

/// Quotes, backslash, backtick, dollar and '<' would need care in literals, templates or inline scripts.
fn characters() -> impl Iterator<Item = u8> {
    (b' '..=b'~').filter(|character| !b"\"$'<\\`".contains(character))
}

/// How many characters there are.
const CHARACTERS: usize = 89;

/// So many characters are the first of two.
const PREFIXES: usize = 2;

/// How many bytes have a character of their own.
const FREQUENT: usize = CHARACTERS - PREFIXES;

/// The frequent bytes, and behind them the others in the order of their values.
fn order(frequent: impl Iterator<Item = u8>) -> [u8; 256] {
    let mut order = [0; 256];
    let mut is_frequent = [false; 256];
    let mut places = order.iter_mut();
    for byte in frequent.take(FREQUENT) {
        if let (Some(place), Some(known)) = (places.next(), is_frequent.get_mut(usize::from(byte))) {
            *place = byte;
            *known = true;
        }
    }
    for (byte, known) in (0..=255).zip(is_frequent) {
        if !known && let Some(place) = places.next() {
            *place = byte;
        }
    }
    order
}

/// Puts what the text says in its place; returns how many bytes that are.
pub fn read(text: &mut [u8]) -> usize {
    let mut ranks = [0_u8; 256];
    for (rank, character) in (0..).zip(characters()) {
        if let Some(place) = ranks.get_mut(usize::from(character)) {
            *place = rank;
        }
    }
    let rank = |text: &[u8], at: usize| {
        let character = text.get(at).copied().unwrap_or_default();
        usize::from(ranks.get(usize::from(character)).copied().unwrap_or_default())
    };
    let pair = |text: &[u8], at: usize| rank(text, at) * CHARACTERS + rank(text, at + 1);
    let order = order((0..FREQUENT).map(|index| pair(text, index * 2) as u8));

    let mut at = FREQUENT * 2;
    let mut length = 0;
    while at < text.len() {
        let first = rank(text, at);
        let place = if first < PREFIXES {
            at += 1;
            FREQUENT + pair(text, at - 1)
        } else {
            first - PREFIXES
        };
        at += 1;
        let byte = order.get(place).copied().unwrap_or_default();
        if let Some(here) = text.get_mut(length) {
            *here = byte;
        }
        length += 1;
    }
    length
}

/// The text for these bytes.
#[cfg(not(target_arch = "wasm32"))]
pub fn write(bytes: &[u8]) -> String {
    let mut counts: [(usize, u8); 256] = std::array::from_fn(|byte| (0, byte as u8));
    for byte in bytes {
        if let Some((count, _)) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    // Ties by value: the same bytes give the same text.
    counts.sort_by_key(|&(count, byte)| (std::cmp::Reverse(count), byte));
    let order = order(counts.iter().map(|&(_, byte)| byte));

    let characters: Vec<char> = characters().map(char::from).collect();
    let character = |rank: usize| characters.get(rank).copied().unwrap_or_default();
    let pair = |number: usize| [character(number / CHARACTERS), character(number % CHARACTERS)];
    let mut text = String::new();
    for byte in order.into_iter().take(FREQUENT) {
        text.extend(pair(usize::from(byte)));
    }
    for byte in bytes {
        let place = order.iter().position(|known| known == byte).unwrap_or_default();
        if place < FREQUENT {
            text.push(character(place + PREFIXES));
        } else {
            text.extend(pair(place - FREQUENT));
        }
    }
    text
}
