"""tools/check_includes finds what it is there to find: bad samples, near misses, and this tree."""

import importlib.machinery
import importlib.util
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def load():
    loader = importlib.machinery.SourceFileLoader("check_includes", str(ROOT / "tools/check_includes"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


check_includes = load()

# name, file, content, the finding's words or None
SAMPLES = [
    ("forward", "src/survey/a.cpp", "#include <insightflow/core/json.hpp>", None),
    ("through others", "src/report/a.cpp", "#include <insightflow/survey/survey.hpp>", None),
    ("own header", "src/survey/a.cpp", "#include <insightflow/survey/survey.hpp>", None),
    ("back", "src/survey/a.cpp", "#include <insightflow/report/report.hpp>",
     "survey must not include report"),
    ("back, odd spelling", "src/survey/a.cpp", "  #  include\t<insightflow/report/report.hpp>",
     "survey must not include report"),
    ("sideways", "src/bias/a.cpp", "#include <insightflow/response/csv.hpp>",
     "bias must not include response"),
    ("pure room sees a port", "src/analysis/a.cpp", "#include <insightflow/storage/database.hpp>",
     "analysis must not include storage"),
    ("core looks up", "include/insightflow/core/a.hpp", "#include <insightflow/survey/survey.hpp>",
     "core must not include survey"),
    ("a room uses the facade", "src/report/a.cpp", "#include <insightflow/engine.hpp>",
     "report must not include engine"),
    ("facade", "include/insightflow/engine.hpp", "#include <insightflow/report/report.hpp>", None),
    ("adapter", "adapters/cli/a.cpp", "#include <insightflow/operations.hpp>", None),
    ("a room uses an adapter", "src/engine/a.cpp", '#include "http/a.hpp"',
     "engine must not include adapters"),
    ("inner header of another room", "src/survey/a.cpp", '#include "report/inner.hpp"',
     "survey must not include report"),
    ("inner header of its own", "src/report/a.cpp", '#include "report/inner.hpp"', None),
    ("unknown room", "src/astrology/a.cpp", "", "'astrology' is not in the table"),
    ("unknown target", "src/core/a.cpp", "#include <insightflow/astrology/a.hpp>",
     "'astrology' is not in the table"),
    ("heavy in public", "include/insightflow/core/a.hpp", "#include <boost/asio/post.hpp>",
     "must not include Asio and Beast"),
    ("all of JSON in public", "include/insightflow/core/a.hpp", "#include <boost/json/value.hpp>",
     "the whole of Boost.JSON"),
    ("JSON's names in public", "include/insightflow/core/a.hpp", "#include <boost/json/fwd.hpp>", None),
    ("database in public", "include/insightflow/storage/a.hpp", "#include <sqlite3.h>", "sqlite3"),
    ("botan in public", "include/insightflow/security/a.hpp", "#include <botan/hash.h>", "Botan"),
    ("logging in public", "include/insightflow/core/a.hpp", "#include <spdlog/spdlog.h>", "spdlog"),
    ("heavy in a source", "src/storage/a.cpp", "#include <sqlite3.h>", None),
    ("source from public", "include/insightflow/report/a.hpp", '#include "report/inner.hpp"',
     "must not include a file of src/"),
    ("source from public by path", "include/insightflow/report/a.hpp",
     '#include "../../../src/report/inner.hpp"', "must not include a file of src/"),
    ("commented out", "src/survey/a.cpp", "// #include <insightflow/report/report.hpp>", None),
    ("commented out as a block", "src/survey/a.cpp",
     "/*\n#include <insightflow/report/report.hpp>\n*/", None),
    ("line number", "src/survey/a.cpp", "/* one\ntwo */\n#include <insightflow/report/report.hpp>",
     "src/survey/a.cpp:3:"),
]


class CheckIncludes(unittest.TestCase):
    def findings(self, file, content, cmake=""):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for path, text in {"src/report/inner.hpp": "", "adapters/http/a.hpp": "",
                               "CMakeLists.txt": cmake, file: content}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            return check_includes.check(root)[0]

    def test_samples(self):
        for name, file, content, expected in SAMPLES:
            with self.subTest(name):
                found = self.findings(file, content)
                if expected is None:
                    self.assertEqual(found, [])
                else:
                    self.assertEqual(len(found), 1, found)
                    self.assertIn(expected, found[0])

    def test_links(self):
        for cmake, expected in [
                ("insightflow_room(runtime DIRECTORY core USES core)", None),
                ("insightflow_room(report USES insight PRIVATE PkgConfig::BOTAN)", None),
                ("insightflow_room(survey USES report)", "survey must not link report"),
                ("insightflow_room(tarot USES core)", "is not in the table")]:
            with self.subTest(cmake):
                found = self.findings("src/core/a.cpp", "", cmake)
                self.assertEqual(len(found), 0 if expected is None else 1, found)
                self.assertIn(expected or "", "".join(found))

    def test_the_table_has_an_order(self):
        with self.assertRaises(ValueError):
            check_includes.closure({"a": ["b"], "b": []})

    def test_this_tree(self):
        found, files = check_includes.check(ROOT)
        self.assertEqual(found, [])
        self.assertGreater(files, 100)


if __name__ == "__main__":
    unittest.main()
