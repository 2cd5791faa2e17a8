"""The store on PostgreSQL: any number of emulators share one database."""
