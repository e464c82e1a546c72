//! A stand-in for the function, written by hand against the runtime API, to test the simulated one:
//! answers an event with itself, and does what an `order` in it says.

use std::{
    env,
    error::Error,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process,
};

use serde_json::{Value, json};

const BASE: &str = "/2018-06-01/runtime";

fn main() -> Result<(), Box<dyn Error>> {
    let address = env::var("AWS_LAMBDA_RUNTIME_API")?;
    println!("started");
    if env::var("FAIL_INIT").is_ok() {
        let body = json!({ "errorType": "InitFailed", "errorMessage": "as asked" }).to_string();
        send(&address, "POST", &format!("{BASE}/init/error"), body.as_bytes())?;
        process::exit(1);
    }
    loop {
        let (headers, payload) = send(&address, "GET", &format!("{BASE}/invocation/next"), b"")?;
        let header = |name: &str| {
            let found = headers.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            found.unwrap_or_default().to_owned()
        };
        let id = header("lambda-runtime-aws-request-id");
        let event: Value = serde_json::from_slice(&payload).unwrap_or_default();
        eprintln!("event {id}");
        let (end, body) = match event["order"].as_str() {
            Some("die") => process::exit(3),
            Some("fail") => ("error", json!({ "errorType": "Asked", "errorMessage": "for it" })),
            Some("environment") => ("response", json!(env::vars().collect::<Vec<_>>())),
            Some("headers") => ("response", json!(headers)),
            Some("length") => ("response", json!(payload.len())),
            _ if event.is_null() => ("response", json!(payload)),
            _ => ("response", event),
        };
        let path = format!("{BASE}/invocation/{id}/{end}");
        send(&address, "POST", &path, body.to_string().as_bytes())?;
    }
}

type Answer = (Vec<String>, Vec<u8>);

fn send(address: &str, method: &str, path: &str, body: &[u8]) -> Result<Answer, Box<dyn Error>> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)?;
    let mut reader = BufReader::new(stream);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err("the runtime API is gone".into());
        }
        match line.trim_end() {
            "" => break,
            header => headers.push(header.to_owned()),
        }
    }
    let mut content = Vec::new();
    reader.read_to_end(&mut content)?;
    Ok((headers, content))
}
