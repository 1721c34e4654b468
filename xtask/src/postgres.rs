//! A PostgreSQL server of our own for the tests: in a temporary folder, gone afterwards.

use crate::{need, run::quiet};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A running server.
pub struct Server {
    bin: PathBuf,
    folder: PathBuf,
    /// Its address.
    pub address: String,
}

impl Server {
    /// Starts a server on a free port.
    pub fn start() -> Result<Self, String> {
        let bin = need::postgres()?;
        let folder = std::env::temp_dir().join(format!("luyuan-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .map_err(|error| error.to_string())?
            .port();
        let server = Self { bin, folder, address: format!("postgres://luyuan@127.0.0.1:{port}/postgres") };
        if need::root() {
            // PostgreSQL refuses to run as root.
            quiet(Command::new("chown").arg("nobody").arg(&server.folder))?;
        }
        let data = server.folder.join("data");
        println!("── PostgreSQL on port {port}");
        quiet(
            server
                .tool("initdb")
                .args(["--username=luyuan", "--auth=trust", "--encoding=UTF8", "-D"])
                .arg(&data)
                .stdout(Stdio::null()),
        )?;
        // The data is thrown away, so nothing has to reach the disk.
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c fsync=off -c max_connections=400",
            server.folder.display()
        );
        let log = server.folder.join("log");
        quiet(
            server
                .tool("pg_ctl")
                .arg("-D")
                .arg(&data)
                .arg("-o")
                .arg(options)
                .arg("-l")
                .arg(log)
                .args(["-w", "start"])
                .stdout(Stdio::null()),
        )?;
        Ok(server)
    }

    fn tool(&self, name: &str) -> Command {
        let program = self.bin.join(name);
        if !need::root() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program);
        command.current_dir(Path::new("/"));
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder.join("data");
        let stopped =
            quiet(self.tool("pg_ctl").arg("-D").arg(data).args(["-m", "immediate", "stop"]).stdout(Stdio::null()));
        if stopped.is_ok() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}
