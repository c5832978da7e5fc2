"""An INI file as lines, so that what is not changed stays as it is."""


class Document:
    def __init__(self, text):
        self.lines = text.splitlines(keepends=True)
        self.newline = "\r\n" if self.lines and self.lines[0].endswith("\r\n") else "\n"

    def text(self):
        return "".join(self.lines)

    def get(self, section, key):
        """The value, or None where there is none."""
        at = self._line(section, key)
        return None if at is None else self.lines[at].split("=", 1)[1].strip()

    def set(self, section, key, value):
        line, at = f"{key} = {value}{self.newline}", self._line(section, key)
        if at is not None:
            self.lines[at] = line
            return
        end = self._end(section)
        if end is None:
            self.lines += [self.newline] if self.lines else []
            self.lines += [f"[{section}]{self.newline}", line]
            return
        if not self.lines[end - 1].endswith("\n"):
            self.lines[end - 1] += self.newline
        self.lines.insert(end, line)

    def _line(self, section, key):
        here = None
        for i, line in enumerate(self.lines):
            text = line.strip()
            if text.startswith("[") and text.endswith("]"):
                here = text[1:-1]
            elif here == section and text[:1] not in ("#", ";") and text.split("=", 1)[0].strip() == key and "=" in text:
                return i
        return None

    def _end(self, section):
        """The line behind the last one of a section that says something; None without that section."""
        end = here = None
        for i, line in enumerate(self.lines):
            text = line.strip()
            if text.startswith("[") and text.endswith("]"):
                here = text[1:-1]
            if here == section and text:
                end = i + 1
        return end
