//! Running the program.

use std::{
    ffi::OsString,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use expect_test::{ExpectFile, expect_file};

/// What a finished run left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Outcome {
    /// The exit code and everything said to a person, for an expectation.
    pub(crate) fn told(&self) -> String {
        format!("exit {}\n{}", self.code, self.err)
    }

    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        self
    }
}

/// The program with nothing of this machine's around it.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guitu"));
    command.env_clear().current_dir(env!("CARGO_TARGET_TMPDIR"));
    command
}

pub(crate) fn guitu<A: Into<OsString>>(arguments: impl IntoIterator<Item = A>) -> Outcome {
    guitu_given(arguments, "")
}

/// Runs the program with `input` on its standard input.
pub(crate) fn guitu_given<A: Into<OsString>>(
    arguments: impl IntoIterator<Item = A>,
    input: &str,
) -> Outcome {
    let mut command = program();
    command.args(arguments.into_iter().map(Into::into));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A run that does not read its input closes it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Outcome {
        code: output.status.code().expect("the program ends by itself"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// A file or folder of `examples/`.
pub(crate) fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(path)
}

/// What is expected, in a file, where lines are longer than code should have.
pub(crate) fn golden(name: &str) -> ExpectFile {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden");
    expect_file![folder.join(name)]
}

/// The `packs/` of the repository.
pub(crate) fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")
}
