//! The faults of one request against streams.

use super::*;

/// A stream to S3 or from it, of one of the sizes.
async fn stream(t: &mut Bench, key: &str, size: usize, is_up: bool) -> Result<(), String> {
    let ended = if is_up {
        t.write_stream(Stream::to(ObjectRef::new("bench", key)), std::io::Cursor::new(contents(size))).await
    } else {
        let (ended, out) = t.read_stream(key).await;
        let is_whole = out == contents(size);
        assert!(ended.end != JobEnd::Done || is_whole, "{key}: what was read is not what is stored");
        ended
    };
    if ended.end == JobEnd::Done { Ok(()) } else { Err(format!("{ended:?}")) }
}

async fn streams_withstand(is_up: bool) {
    let mut t = bench().await;
    let mut number = 0;
    for (item, size) in SIZES {
        if !is_up {
            t.put(item, contents(size)).await;
        }
        t.demo.forget_requests();
        stream(&mut t, item, size, is_up).await.unwrap();
        let asked: BTreeSet<_> = t.demo.requests().into_iter().map(|served| served.operation).collect();
        for operation in asked {
            for fault in ONCE.into_iter().filter(|fault| cannot_strike(*fault, &operation).is_none()) {
                let (mut has_struck, mut ended) = (false, Ok(()));
                for soon in patience_with(fault) {
                    number += 1;
                    let key = if is_up { format!("r{number}") } else { item.to_owned() };
                    let mut impatient = soon.map(|soon| Impatient::of(&t, soon));
                    let rule = t.demo.faults().add(Rule::new(fault).on(&operation).times(1));
                    if let Some(impatient) = &mut impatient {
                        impatient.trade(&mut t);
                    }
                    ended = stream(&mut t, &key, size, is_up).await;
                    if let Some(impatient) = &mut impatient {
                        impatient.trade(&mut t);
                    }
                    t.demo.faults().remove(rule);
                    let what = format!("{fault:?} of {operation}: {ended:?}");
                    let found = stored(&t.store, &key).await;
                    let is_whole = found.as_deref() == Some(contents(size));
                    let spoils = matches!(fault, Fault::Flip | Fault::Short);
                    assert!(is_whole || ended.is_err() && (found.is_none() || spoils), "{what}");
                    assert_eq!(t.demo.open_uploads(), 0, "{what}");
                    has_struck = t.demo.faults().struck(rule) > 0;
                    if has_struck && (ended.is_ok() || !passes_by(fault)) {
                        break;
                    }
                }
                let what = format!("{fault:?} of {operation}: {ended:?}");
                assert!(has_struck, "it did not strike: {what}");
                assert!(ended.is_ok() || !passes_by(fault), "it passes by: {what}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_withstand_every_fault() {
    tokio::join!(Box::pin(streams_withstand(true)), Box::pin(streams_withstand(false)));
}
