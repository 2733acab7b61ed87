//! A bucket with the S3 protocol, as far as it is used: a server of our own on this machine.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
};

use super::support::{Desk, phone_photo, shop, upload, whole};
use crate::{Archive, Bucket, Failure, Place, Rendition};

type Objects = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Answers requests of one connection until it is closed.
async fn serve(stream: TcpStream, objects: Objects) -> std::io::Result<()> {
    let mut stream = BufStream::new(stream);
    loop {
        let (mut request, mut length) = (String::new(), 0);
        if stream.read_line(&mut request).await? == 0 {
            return Ok(());
        }
        let mut is_signed = false;
        loop {
            let mut header = String::new();
            stream.read_line(&mut header).await?;
            let header = header.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            is_signed |= header.starts_with("authorization: aws4-hmac-sha256 credential=key/");
            if let Some(value) = header.strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let mut words = request.split_whitespace();
        let (method, path) = (words.next().unwrap(), words.next().unwrap().to_owned());
        let (status, found) = match method {
            _ if !is_signed => ("403 Forbidden", Vec::new()),
            "PUT" => {
                objects.lock().unwrap().insert(path, body);
                ("200 OK", Vec::new())
            }
            _ => match objects.lock().unwrap().get(&path) {
                Some(found) => ("200 OK", found.clone()),
                None => ("404 Not Found", Vec::new()),
            },
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nETag: \"e\"\r\nLast-Modified: Thu, 12 Nov 2026 04:00:00 GMT\r\n\
             Content-Length: {}\r\n\r\n",
            found.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&found).await?;
        stream.flush().await?;
    }
}

#[tokio::test]
async fn a_bucket_keeps_what_a_folder_keeps() {
    // As the binary does at its start; another test of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let objects = Objects::default();
    let serving = {
        let objects = objects.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, objects.clone()));
            }
        })
    };
    let mut desk = Desk::new();
    let bucket = Bucket {
        endpoint: Some(format!("http://{address}")),
        name: "proof".to_owned(),
        region: "cn-east-1".to_owned(),
        access_key: "key".to_owned(),
        secret_key: "a secret".to_owned(),
        allow_http: true,
        in_host_name: false,
        incoming: desk.folder.path().join("waiting"),
    };
    assert!(!format!("{bucket:?}").contains("secret"));
    let content = Place::Bucket(bucket).open().unwrap();
    let clock = desk.archive.clock.clone();
    desk.archive = Archive::new(desk.records.clone(), content, clock);

    let photo = phone_photo(1);
    let hash = desk.take(upload("C1", "a.jpg"), &photo).await.unwrap().evidence.hash;
    let read = desk.archive.read(&shop("demo"), hash, None).await.unwrap();
    assert_eq!(whole(read).await.unwrap(), photo);
    desk.archive.thumbnail(&shop("demo"), hash, Rendition::Small).await.unwrap();

    let name = hash.to_string();
    let path = format!("/proof/demo/{}/{name}", &name[..2]);
    let names: Vec<String> = objects.lock().unwrap().keys().cloned().collect();
    let expected = [path.clone(), format!("{path}.1600.jpg"), format!("{path}.224.jpg")];
    assert_eq!(names, expected);
    objects.lock().unwrap().get_mut(&path).unwrap()[9] ^= 1;
    let checked = desk.archive.content().check(&shop("demo"), hash).await;
    assert!(matches!(checked, Err(Failure::Damaged { .. })), "{checked:?}");
    serving.abort();
}
