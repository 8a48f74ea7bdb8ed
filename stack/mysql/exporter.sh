# Read by MySQL's image when it makes its database: the user that mysqld-exporter is.
docker_process_sql --database=mysql <<SQL
CREATE USER 'exporter'@'%' IDENTIFIED BY '$EXPORTER_PASSWORD' WITH MAX_USER_CONNECTIONS 3;
GRANT PROCESS, REPLICATION CLIENT, SELECT ON *.* TO 'exporter'@'%';
SQL
