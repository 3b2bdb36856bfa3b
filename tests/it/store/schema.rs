//! Migrations and entities agree, on both databases.

use std::collections::BTreeSet;

use entity::prelude::*;
use ronghe::store::{Connection, Database};
use sea_orm::{ColumnTrait as _, DbBackend, EntityTrait, Iden as _, Iterable as _, Statement};

use crate::database::{Backend, blank, on_both};

/// A column: its name and whether it may be null.
type Columns = BTreeSet<(String, bool)>;

fn columns_of<E: EntityTrait>(entity: E) -> (String, Columns) {
    let columns = E::Column::iter().map(|column| (column.to_string(), column.def().is_null()));
    (entity.table_name().to_string(), columns.collect())
}

/// Every entity with its columns.
fn entities() -> Vec<(String, Columns)> {
    vec![
        columns_of(Acceptance),
        columns_of(AccessToken),
        columns_of(ApiKey),
        columns_of(Area),
        columns_of(AreaClosure),
        columns_of(Blob),
        columns_of(Document),
        columns_of(Enterprise),
        columns_of(EnterpriseGroup),
        columns_of(EnterpriseGroupMember),
        columns_of(ImportBatch),
        columns_of(ImportItem),
        columns_of(Industry),
        columns_of(Job),
        columns_of(Justification),
        columns_of(LoginCode),
        columns_of(MappingProfile),
        columns_of(ReturnEvent),
        columns_of(Revision),
        columns_of(Round),
        columns_of(RoundMember),
        columns_of(Run),
        columns_of(RunEvent),
        columns_of(RunRegion),
        columns_of(RunResult),
        columns_of(SigningKey),
        columns_of(SurveyReturn),
        columns_of(UserAccount),
    ]
}

async fn texts(db: &Database, sqlite: &str, postgres: &str) -> Vec<(String, bool)> {
    let conn = db.read();
    let sql = if conn.get_database_backend() == DbBackend::Sqlite {
        sqlite
    } else {
        postgres
    };
    let rows = conn
        .query_all_raw(Statement::from_string(conn.get_database_backend(), sql))
        .await
        .unwrap();
    rows.iter()
        .map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap()))
        .collect()
}

async fn tables(db: &Database) -> BTreeSet<String> {
    let sqlite = "SELECT name, 1 FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let postgres = "SELECT table_name::text, true FROM information_schema.tables WHERE table_schema = 'public'";
    let all = texts(db, sqlite, postgres).await.into_iter().map(|(name, _)| name);
    all.filter(|name| name != "seaql_migrations").collect()
}

async fn columns(db: &Database, table: &str) -> Columns {
    let sqlite = format!("SELECT name, \"notnull\" = 0 FROM pragma_table_info('{table}')");
    let postgres = format!(
        "SELECT column_name::text, is_nullable = 'YES' FROM information_schema.columns WHERE table_name = '{table}'"
    );
    texts(db, &sqlite, &postgres).await.into_iter().collect()
}

async fn indexes(db: &Database) -> BTreeSet<String> {
    let sqlite = "SELECT name, 1 FROM sqlite_schema WHERE type = 'index' AND name NOT LIKE 'sqlite_%'";
    let postgres =
        "SELECT indexname::text, true FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey'";
    texts(db, sqlite, postgres)
        .await
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

#[tokio::test]
async fn tables_and_columns_are_those_of_the_entities() {
    on_both(async |db| {
        let entities = entities();
        let named: BTreeSet<String> = entities.iter().map(|(table, _)| table.clone()).collect();
        assert_eq!(tables(&db).await, named);
        for (table, expected) in entities {
            assert_eq!(columns(&db, &table).await, expected, "columns of {table}");
        }
    })
    .await;
}

#[tokio::test]
async fn migrations_go_up_and_down_and_up() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let fresh = blank(backend).await;
        let db = &fresh.database;
        assert!(
            !db.schema_is_current().await.unwrap(),
            "a blank database needs migrating"
        );
        db.migrate().await.unwrap();
        assert!(db.schema_is_current().await.unwrap());
        let (first_tables, first_indexes) = (tables(db).await, indexes(db).await);
        assert_eq!(first_tables.len(), entities().len());
        db.migrate_down().await.unwrap();
        assert_eq!(tables(db).await, BTreeSet::new(), "nothing is left on {backend:?}");
        assert_eq!(indexes(db).await, BTreeSet::new());
        db.migrate().await.unwrap();
        assert_eq!((tables(db).await, indexes(db).await), (first_tables, first_indexes));
        fresh.remove().await;
    }
}

#[tokio::test]
async fn both_databases_have_the_same_indexes() {
    let sqlite = blank(Backend::Sqlite).await;
    let postgres = blank(Backend::Postgres).await;
    for fresh in [&sqlite, &postgres] {
        fresh.database.migrate().await.unwrap();
    }
    let names = indexes(&sqlite.database).await;
    assert_eq!(names, indexes(&postgres.database).await);
    assert!(
        names
            .iter()
            .all(|name| name.starts_with("idx_") || name.starts_with("uq_")),
        "{names:?}"
    );
    sqlite.remove().await;
    postgres.remove().await;
}

#[tokio::test]
async fn a_newer_schema_is_not_current() {
    on_both(async |db| {
        assert!(db.schema_is_current().await.unwrap());
        let txn = db.begin_write().await.unwrap();
        let unknown = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_of_the_future', 0)";
        txn.execute_unprepared(unknown).await.unwrap();
        txn.commit().await.unwrap();
        assert!(!db.schema_is_current().await.unwrap());
    })
    .await;
}
