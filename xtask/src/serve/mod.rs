//! `cargo xtask demo` and `cargo xtask serve`: demo, playground and documentation on two origins of the loopback interface.

mod http;
mod mime;
mod site;

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread;

use crate::steps::{Steps, task};
use crate::{Outcome, build, command, paths, setup};
use site::Site;

const FIRST_PORT: u16 = 5171;

/// How many ports after the wanted one are tried.
const TRIES: u16 = 100;

/// Installs, builds, makes the pages, serves.
pub fn demo(arguments: &[String]) -> Outcome {
    let port = wanted_port(arguments)?;
    let mut steps = Steps::default();
    steps.run("setup", setup::for_build)?;
    steps.run("build", build::modules)?;
    steps.run("site", site_pages)?;
    serve(port)
}

/// Serves the package that was built last, with pages made anew.
pub fn serve_built(arguments: &[String]) -> Outcome {
    let port = wanted_port(arguments)?;
    if !paths::built().join("inline-messages.js").is_file() {
        return Err("nothing is built yet: run cargo xtask build, or cargo xtask demo".to_owned());
    }
    setup::npm_packages(&paths::root())?;
    site_pages()?;
    serve(port)
}

/// Makes the documentation, the reference and the playground's pages.
pub fn site_pages() -> Outcome {
    task("making the pages of the documentation", || {
        command::run(command::at_root("node").arg(paths::script("site/main.mjs")))
    })
}

fn wanted_port(arguments: &[String]) -> Outcome<u16> {
    match arguments {
        [] => Ok(FIRST_PORT),
        [option, value] if option == "--port" => value
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| format!("--port wants a number, not '{value}'")),
        _ => Err("the only option is --port N".to_owned()),
    }
}

/// Ends with the process: Ctrl-C.
fn serve(port: u16) -> Outcome {
    let first = listen(port)?;
    let second = listen(port_of(&first)?.saturating_add(1))?;
    // Two ports of one host are two origins.
    let site = Arc::new(Site::new(origin(&first)?, origin(&second)?));
    println!("\nThe demo:              {}/", site.first);
    println!("Playground:            {}/playground/", site.first);
    println!("Documentation:         {}/docs/", site.first);
    println!("Its frames' origin:    {}/", site.second);
    println!("Ctrl-C ends both.");
    let other = Arc::clone(&site);
    thread::spawn(move || accept(&second, &other));
    accept(&first, &site);
    Ok(())
}

/// The next free port from the wanted one on. Never anything but loopback.
fn listen(wanted: u16) -> Outcome<TcpListener> {
    (wanted..=wanted.saturating_add(TRIES))
        .find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
        .ok_or_else(|| format!("no free port among {TRIES} from {wanted} on"))
}

fn port_of(listener: &TcpListener) -> Outcome<u16> {
    listener
        .local_addr()
        .map(|address| address.port())
        .map_err(|error| format!("the listener has no address: {error}"))
}

fn origin(listener: &TcpListener) -> Outcome<String> {
    Ok(format!("http://localhost:{}", port_of(listener)?))
}

fn accept(listener: &TcpListener, site: &Arc<Site>) {
    for stream in listener.incoming().flatten() {
        let site = Arc::clone(site);
        // One thread for each connection: a browser opens a handful.
        thread::spawn(move || http::converse(stream, &site));
    }
}
