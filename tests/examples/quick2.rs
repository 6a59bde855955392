use tests::bench::{ratio::*, echo::*, timers, descriptors::*, machine};
fn show(what: &str, m: &[Measured]) { println!("{what}"); for m in m { println!("  {:20} {:9.2} ({:.2}..{:.2})  ratio {:.3} ({:.3}..{:.3})", m.name, m.value.median, m.value.low, m.value.high, m.ratio.median, m.ratio.low, m.ratio.high); } }
fn main() {
    serve_if_asked();
    machine::raise_descriptor_limit();
    for n in [10, 100, 1000, 15000] {
        let s = Sockets::open(n).unwrap(); let w = Watched::new(&s).unwrap();
        let t = |mut f: Box<dyn FnMut()>| move || { let k = 200_000 / (n + 20) + 10; let s = std::time::Instant::now(); for _ in 0..k { f() } s.elapsed().as_nanos() as f64 / k as f64 };
        let s: &'static Sockets = Box::leak(Box::new(s)); let w: &'static Watched = Box::leak(Box::new(w));
        show(&format!("select {n}"), &in_turns(21, vec![Side::new("ours", t(Box::new(|| w.check_socks()))), Side::new("select", t(Box::new(s.select()))), Side::new("poll", t(Box::new(s.poll()))), Side::new("epoll", t(Box::new(s.epoll().unwrap())))]));
        if n == 1000 { break; }
    }
    for n in [100, 10_000] {
        show(&format!("timers {n}"), &in_turns(5, vec![Side::new("ours", || timers::ours(n)), Side::new("tokio", || timers::tokio(n)), Side::new("smol", || timers::smol(n))]));
    }
    let servers = [Server::Ours, Server::PlainSelect, Server::Tokio, Server::Smol, Server::PlainEpoll];
    let children: Vec<_> = servers.iter().map(|&s| Child::start(s, &[]).unwrap()).collect();
    machine::pin_to_core(1);
    for k in [1, 10, 100, 900] {
        let mut loads: Vec<_> = children.iter().map(|c| Load::connect(c.addr(), k, 0).unwrap()).collect();
        let sides = |cpu: bool| -> Vec<Measured> { let mut v = vec![]; for (i, l) in loads.iter_mut().enumerate() { let c = &children[i]; v.push(Side::new(servers[i].name(), move || { let b = c.cpu_time().unwrap(); let n = 4000; let t = l.requests(n).unwrap(); if cpu { std::thread::sleep(std::time::Duration::from_millis(2)); (c.cpu_time().unwrap() - b) / n as f64 } else { n as f64 / t.as_secs_f64() } })) } in_turns(11, v) };
        let mut sides = sides;
        show(&format!("echo rate {k}"), &sides(false)); show(&format!("echo cpu {k}"), &sides(true));
    }
}
