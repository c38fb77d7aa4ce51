//! The wire format of protocol buffers, as far as bundles use it.

/// A value of a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    /// A whole number.
    Number(u64),
    /// Bytes, text or a message.
    Bytes(&'a [u8]),
    /// Numbers of fixed size, which nothing here needs.
    Fixed,
}

impl<'a> Value<'a> {
    /// The bytes of a message or text.
    pub(super) fn bytes(self) -> Result<&'a [u8], String> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            other => Err(format!("a field is {other:?}, expected bytes")),
        }
    }

    /// The whole number.
    pub(super) fn number(self) -> Result<u64, String> {
        match self {
            Self::Number(number) => Ok(number),
            other => Err(format!("a field is {other:?}, expected a number")),
        }
    }

    /// The text.
    pub(super) fn text(self) -> Result<String, String> {
        let bytes = self.bytes()?;
        String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())
    }
}

/// The fields of a message in order, with their numbers.
pub(super) fn fields(message: &[u8]) -> Fields<'_> {
    Fields { rest: message }
}

/// See [`fields`].
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn read(&mut self) -> Result<(u64, Value<'a>), String> {
        let key = read_varint(&mut self.rest)?;
        let value = match key & 7 {
            0 => Value::Number(read_varint(&mut self.rest)?),
            1 => self.take(8).map(|_| Value::Fixed)?,
            2 => {
                let n = read_varint(&mut self.rest)?;
                Value::Bytes(self.take(n)?)
            }
            5 => self.take(4).map(|_| Value::Fixed)?,
            kind => return Err(format!("a field is of kind {kind}, expected 0, 1, 2 or 5")),
        };
        Ok((key >> 3, value))
    }

    fn take(&mut self, n: u64) -> Result<&'a [u8], String> {
        take(&mut self.rest, n)
    }
}

/// Cuts the first `n` bytes off.
pub(super) fn take<'a>(bytes: &mut &'a [u8], n: u64) -> Result<&'a [u8], String> {
    let parts = usize::try_from(n)
        .ok()
        .and_then(|n| bytes.split_at_checked(n));
    let (first, rest) =
        parts.ok_or_else(|| format!("expected {n} more bytes, but there are {}", bytes.len()))?;
    *bytes = rest;
    Ok(first)
}

/// Cuts a whole number off that is written in groups of seven bits, the lowest first.
pub(super) fn read_varint(bytes: &mut &[u8]) -> Result<u64, String> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)?[0];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err("a number has more than ten bytes".into())
}
