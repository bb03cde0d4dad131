//! Whose unfinished uploads are, as far as this journal knows: read beside the writer.

use std::collections::HashMap;
use std::path::Path;

use super::database::{self, failure};
use super::owner::is_alive;
use crate::model::error::Error;
use crate::model::location::ObjectRef;
use crate::model::upload::{Holder, UploadRef};

/// The uploads of all jobs that are not over, by the names of their buckets and their keys: a bucket is the same by
/// whichever profile it is reached.
#[derive(Debug, Default)]
pub(in crate::engine) struct Holders(HashMap<Place, Vec<(Option<String>, Holder)>>);

/// The name of a bucket, and a key.
type Place = (String, String);

impl Holders {
    /// Returns whose an upload is. One whose id never arrived may be any of its object.
    pub fn of(&self, upload: &UploadRef) -> Option<Holder> {
        let known = self.0.get(&place(&upload.object))?;
        let mine = known.iter().filter(|(id, _)| id.as_ref().is_none_or(|id| *id == upload.id));
        // One of a running copy counts before those that were left.
        mine.map(|(_, holder)| *holder).max_by_key(|holder| *holder == Holder::Running)
    }

    /// Reads them; without a journal there are none.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(database::NAME);
        if !path.exists() {
            return Ok(Self::default());
        }
        let read = || -> rusqlite::Result<Self> {
            let file = database::open_to_read(&path)?;
            let mut found = file.prepare("SELECT target, upload, owner FROM upload JOIN job ON job.id = upload.job")?;
            let mut rows = found.query([])?;
            let (mut holders, mut alive) = (Self::default(), HashMap::new());
            while let Some(row) = rows.next()? {
                let (target, id, owner): (String, Option<String>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let Ok(object) = serde_json::from_str::<ObjectRef>(&target) else { continue };
                let is_running = *alive.entry(owner).or_insert_with_key(|owner| is_alive(folder, owner));
                let holder = if is_running { Holder::Running } else { Holder::Left };
                holders.0.entry(place(&object)).or_default().push((id, holder));
            }
            Ok(holders)
        };
        read().map_err(|error| Error { operation: "read", ..failure(&path, &error) })
    }
}

fn place(object: &ObjectRef) -> Place {
    (object.bucket.as_str().to_owned(), object.key.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::owner::Owner;
    use super::*;
    use crate::model::name::{BucketName, Profile};

    #[test]
    fn an_upload_is_held_by_who_runs_it_and_one_without_an_id_by_its_object() {
        let home = tempfile::tempdir().unwrap();
        let file = database::open(home.path(), true).unwrap().connection;
        let owner = Owner::register(home.path()).unwrap();
        let object = |key: &str| ObjectRef::new("b", key);
        for (owner, key, id) in
            [(owner.name(), "mine", Some("1")), ("owner-dead", "left", Some("2")), (owner.name(), "new", None)]
        {
            file.execute("INSERT INTO job (owner, work, tag, queued) VALUES (?1, '', '', 0)", [owner]).unwrap();
            let target = serde_json::to_string(&object(key)).unwrap();
            let insert = "INSERT INTO upload (job, target, source, state, step, began, upload) VALUES (?1, ?2, '', '', 1, 0, ?3)";
            file.execute(insert, (file.last_insert_rowid(), target, id)).unwrap();
        }
        let holders = Holders::read(home.path()).unwrap();
        let of = |key: &str, id: &str| holders.of(&UploadRef { object: object(key), id: id.to_owned() });
        assert_eq!((of("mine", "1"), of("left", "2")), (Some(Holder::Running), Some(Holder::Left)));
        let twin = ObjectRef::new(BucketName::new("b").by(&Profile::named("twin")), "mine");
        let of_twin = holders.of(&UploadRef { object: twin, id: "1".to_owned() });
        assert_eq!(of_twin, Some(Holder::Running), "the same bucket by another profile");
        assert_eq!((of("mine", "other"), of("new", "any")), (None, Some(Holder::Running)));
        assert!(Holders::read(&home.path().join("none")).unwrap().0.is_empty());
    }
}
