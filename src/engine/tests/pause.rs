//! Jobs that are paused and resumed.

use super::*;

/// Waits until a job that has begun is told that it has its turn, or that it lost it.
async fn turn(t: &mut Bench, job: JobId) -> bool {
    loop {
        if let Report::Turn { job: whose, has_turn } = t.report().await
            && whose == job
        {
            return has_turn;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_job_sends_nothing_new_gives_its_place_away_and_ends_when_it_is_resumed() {
    let mut t = bench().await;
    // What is on its way stays there until the rule is removed.
    let rule = t.demo.faults().add(Rule::new(Fault::Stall).on("GetObject").key("slow"));
    t.put("slow", noise(MIB)).await;
    t.put("next", "next").await;
    let mut paused = Vec::new();
    for number in 0..4 {
        let to = here(t.path(&format!("slow-{number}")));
        paused.push(t.start(Work::Transfer(transfer(vec![object("slow"), prefix("ne")], to))));
    }
    for job in &paused {
        t.engine.submit(Request::Pause(*job));
    }
    // All four places were taken.
    assert_eq!(t.transfer(vec![object("next")], here(t.path("next"))).await.end, JobEnd::Done);
    t.demo.faults().remove(rule);
    for job in &paused {
        t.engine.submit(Request::Resume(*job));
        assert_eq!(t.follow(*job, |_| panic!()).await.end, JobEnd::Done);
    }
    assert_eq!(t.read("slow-3/slow"), noise(MIB));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_upload_keeps_its_parts_and_can_be_cancelled() {
    let mut t = bench().await;
    t.write("large", noise(11 * MIB));
    for is_cancelled in [true, false] {
        let rule = t.demo.faults().add(Rule::new(Fault::Stall).on("UploadPart"));
        let job = t.start(Work::Transfer(transfer(vec![Item::File(t.path("large"))], at(""))));
        while t.demo.open_uploads() == 0 {
            tokio::task::yield_now().await;
        }
        t.engine.submit(Request::Pause(job));
        assert!(!turn(&mut t, job).await);
        t.demo.faults().remove(rule);
        assert_eq!(t.demo.open_uploads(), 1);
        if is_cancelled {
            t.engine.submit(Request::Cancel(job));
            assert_eq!(t.follow(job, |_| panic!()).await.end, JobEnd::Cancelled);
            assert_eq!((t.keys().await, t.demo.open_uploads()), (Vec::new(), 0));
        } else {
            // The parts end; what joins them would be a new request.
            for _ in 0..20 {
                assert!(!t.keys().await.contains(&"large".to_owned()));
            }
            t.engine.submit(Request::Resume(job));
            assert!(turn(&mut t, job).await);
            assert_eq!(t.follow(job, |_| panic!()).await.end, JobEnd::Done);
        }
    }
    assert_eq!((t.get("large").await, t.demo.open_uploads()), (noise(11 * MIB), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_waits_is_put_before_another_and_comes_first() {
    let mut t = bench().await;
    t.put("f", "f").await;
    let rule = t.demo.faults().add(Rule::new(Fault::Stall).on("GetObject"));
    let mut jobs = Vec::new();
    for number in 0..6 {
        jobs.push(t.start(Work::Transfer(transfer(vec![object("f")], here(t.path(&format!("to-{number}")))))));
    }
    // One of the same target as the job above it has to stay behind it.
    jobs.push(t.start(Work::Transfer(transfer(vec![object("f")], here(t.path("to-4"))))));
    for (job, is_moved, order) in [(6, true, [0, 1, 2, 3, 4, 6, 5]), (6, false, [0, 1, 2, 3, 4, 6, 5])] {
        t.engine.submit(Request::Reorder { job: jobs[job], is_sooner: true });
        let told = loop {
            if let Report::Reordered { job, jobs, is_moved } = t.report().await {
                break (job, jobs, is_moved);
            }
        };
        assert_eq!(told, (jobs[job], order.map(|at| jobs[at]).to_vec(), is_moved));
    }
    t.engine.submit(Request::Reorder { job: jobs[5], is_sooner: true });
    t.engine.submit(Request::Reorder { job: jobs[5], is_sooner: true });
    t.engine.submit(Request::Cancel(jobs[0]));
    t.demo.faults().remove(rule);
    assert_eq!(t.follow(jobs[5], |_| panic!()).await.end, JobEnd::Done);
}
