//! As much of HTTP/1.1 as a browser needs of a static server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::site::{Answer, Site};

/// No request of a browser comes near.
const HEAD_LIMIT: u64 = 64 * 1024;

/// An idle connection ends its thread.
const PATIENCE: Duration = Duration::from_secs(30);

struct Request {
    method: String,
    target: String,
    keep: bool,
}

/// Answers until the other side closes, is silent for too long, or sends what is no request.
pub fn converse(stream: TcpStream, site: &Site) {
    let Ok(mut writer) = stream.try_clone() else {
        return;
    };
    if stream.set_read_timeout(Some(PATIENCE)).is_err() || stream.set_nodelay(true).is_err() {
        return;
    }
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let answer = match request.method.as_str() {
            "GET" | "HEAD" => site.get(&request.target),
            _ => Answer::plain("405 Method Not Allowed"),
        };
        let sent = write(&mut writer, &answer, request.method != "HEAD", request.keep);
        if sent.is_err() || !request.keep {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut head = reader.take(HEAD_LIMIT);
    let mut line = String::new();
    head.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target, version) = (words.next()?.to_owned(), words.next()?.to_owned(), words.next()?);
    let mut keep = version == "HTTP/1.1";
    loop {
        let mut header = String::new();
        if head.read_line(&mut header).ok()? == 0 {
            return None;
        }
        let header = header.trim().to_ascii_lowercase();
        match header.split_once(':').map(|(name, value)| (name, value.trim())) {
            None if header.is_empty() => break,
            None => return None,
            Some(("connection", value)) => keep = value == "keep-alive" || (keep && value != "close"),
            // A body would be read as the next request: end after the answer.
            Some(("content-length", value)) => keep = keep && value == "0",
            Some(("transfer-encoding", _)) => keep = false,
            Some(_) => {}
        }
    }
    Some(Request { method, target, keep })
}

fn write(writer: &mut impl Write, answer: &Answer, with_body: bool, keep: bool) -> std::io::Result<()> {
    let location = match &answer.location {
        Some(location) => format!("Location: {location}\r\n"),
        None => String::new(),
    };
    let mut message = format!(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Access-Control-Allow-Origin: *\r\nX-Content-Type-Options: nosniff\r\n{location}Connection: {}\r\n\r\n",
        answer.status,
        answer.kind,
        answer.body.len(),
        if keep { "keep-alive" } else { "close" },
    )
    .into_bytes();
    if with_body {
        message.extend_from_slice(&answer.body);
    }
    writer.write_all(&message)?;
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(requests: &str) -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = std::thread::spawn(move || {
            let site = Site::new("http://localhost:1".to_owned(), "http://localhost:2".to_owned());
            converse(listener.accept().expect("a connection").0, &site);
        });
        let mut stream = TcpStream::connect(address).expect("a server");
        stream.write_all(requests.as_bytes()).expect("it listens");
        stream
            .shutdown(std::net::Shutdown::Write)
            .expect("open until now");
        let mut said = String::new();
        stream.read_to_string(&mut said).expect("an answer");
        server.join().expect("no panic");
        said
    }

    #[test]
    fn one_connection_serves_many_requests() {
        let said = asked(
            "GET /origins.json HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nConnection: close\r\n\r\n",
        );
        assert_eq!(said.matches("HTTP/1.1 200 OK").count(), 1, "{said}");
        assert_eq!(said.matches("HTTP/1.1 404 Not Found").count(), 1, "{said}");
        assert_eq!(said.matches("Cache-Control: no-store").count(), 2, "{said}");
        assert!(said.ends_with("404 Not Found\n"), "{said}");
    }

    #[test]
    fn a_head_has_no_body_and_a_post_is_refused() {
        let said = asked("HEAD /origins.json HTTP/1.0\r\n\r\n");
        assert!(
            said.starts_with("HTTP/1.1 200 OK") && said.ends_with("\r\n\r\n"),
            "{said}"
        );
        let said = asked("POST / HTTP/1.1\r\nContent-Length: 20\r\n\r\nGET / HTTP/1.1\r\n\r\n");
        assert_eq!(
            said.matches("HTTP/1.1").count(),
            1,
            "the body is no request: {said}"
        );
        assert!(said.starts_with("HTTP/1.1 405"), "{said}");
    }

    #[test]
    fn what_is_no_request_ends_the_connection() {
        assert_eq!(asked("nonsense\r\n\r\n"), "");
        assert_eq!(asked(""), "");
        assert_eq!(asked("GET / HTTP/1.1\r\nHost"), "");
    }
}
