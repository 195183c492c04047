"""Arrays as NumPy and h5py write and read them, against the library: TAP, one line for each case. Run with: PROGRAM, which is arrays.c.

Every number is compared by its bits, under the C locale and one whose decimal point is a comma."""
import bz2
import functools
import gzip
import lzma
import os
import subprocess
import sys
import warnings
import zipfile

import h5py
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tap  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])


@functools.lru_cache
def program(locale):
    """One process for each locale, which ends when its input does, that is with this one."""
    return subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ, LC_ALL=locale))


def ask(*words, locale="C"):
    process, line = program(locale), "\t".join(map(str, words))
    assert "\n" not in line
    process.stdin.write(f"{line}\n".encode())
    process.stdin.flush()
    head = process.stdout.readline().split()
    assert len(head) == 2, f"{words}: ended by {process.wait()}"
    return head[0] == b"0", process.stdout.read(int(head[1])).decode()


def tables(text):
    """{name: array} of what arrays.c prints."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, rows, cols = line.split()
        numbers = [float.fromhex(next(lines)) for _ in range(int(rows) * int(cols))]
        found[name] = np.array(numbers).reshape(int(rows), int(cols))
    return found


def read(*words, how="read"):
    fine, said = ask(how, *words)
    assert fine, f"{words}: {said}"
    if how == "read":
        assert ask(how, *words, locale="de_DE.UTF-8") == (True, said), "another locale, other numbers"
    return tables(said)


def same(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    assert a.shape == b.shape, f"{a.shape} in place of {b.shape}"
    assert np.array_equal(a.view(np.int64), b.view(np.int64)), f"{np.argwhere(a != b)[:3]}"


def refused(part, *words, how="read"):
    fine, said = ask(how, *words)
    assert not fine and part in said and said.count("\n") == 1, f"{part!r} is not what it says: {said[:300]}"


def numbers(rows=37, cols=5, seed=1):
    return np.random.default_rng(seed).standard_normal((rows, cols)) * 10.0 ** np.arange(cols)


def saved(folder, name, array, **options):
    path = os.path.join(folder, name)
    np.save(path, array, **options)
    return path


# ---- .npy

TYPES = ["<f8", ">f8", "<f4", ">f4"] + [order + kind + size for order in "<>" for kind in "iu" for size in "248"] + ["i1", "u1"]


def case_every_type_in_both_orders_read_and_streamed_as_it_is(scratch):
    for kind in TYPES:
        for fortran in False, True:
            info = None if "f" in kind else np.iinfo(kind)
            X = numbers() if info is None else np.random.default_rng(2).integers(max(info.min, -(2**53)), min(info.max, 2**53), (37, 5), endpoint=True)
            X = np.asarray(X, kind, order="F" if fortran else "C")
            if info:
                X[0, :2] = max(info.min, -(2**53)), min(info.max, 2**53)
            path = saved(scratch, "x.npy", X)
            found = read(path)
            assert list(found) == ["X_f32" if "f4" in kind else "X"], found.keys()
            same(found.popitem()[1], X)
            if fortran:
                refused("lie by columns (fortran_order)", path, how="stream")
                continue
            same(read(path, "block_rows=8", how="stream")["X"], X)
            if kind in ("<f8", "<f4"):
                same(read(path, "mapped=1", how="stream")["X"], X)
            else:
                refused("mapped are floats and doubles as the machine has them", path, "mapped=1", how="stream")


def case_booleans_and_one_dimension_read_and_streamed(scratch):
    flags = np.random.default_rng(3).integers(0, 2, (11, 3)).astype(bool)
    same(read(saved(scratch, "b.npy", flags))["X"], flags)
    column = saved(scratch, "c.npy", numbers(1000, 1)[:, 0])
    same(read(column)["X"], numbers(1000, 1))
    same(read(column, "block_rows=64", how="stream")["X"], numbers(1000, 1))
    same(read(saved(scratch, "r.npy", np.asfortranarray(numbers(1, 9))), how="stream")["X"], numbers(1, 9))


def case_large_arrays_of_both_orders_come_in_blocks(scratch):
    for shape in (70000, 30), (3, 200000), (1500000, 2), (200000, 3):
        X = np.random.default_rng(4).standard_normal(shape).astype(np.float32)
        for order in "C", "F":
            path = saved(scratch, "l.npy", np.asarray(X, order=order))
            y = np.asarray(np.concatenate([X[:, :1], X[:, 2:]], axis=1), dtype=float)
            fine, said = ask("read", path, "target=2")
            assert fine, said
            found = tables(said)
            same(found["X_f32"], y)
            same(found["y"], X[:, 1:2])


def case_headers_of_versions_2_and_3_read(scratch):
    path = os.path.join(scratch, "v.npy")
    for version in (1, 0), (2, 0), (3, 0):
        with open(path, "wb") as file:
            np.lib.format.write_array(file, numbers(), version=version)
        same(read(path)["X"], numbers())
        same(read(path, how="stream")["X"], numbers())


def case_targets_from_columns_files_and_members(scratch):
    X, y = numbers(), (np.arange(37) % 3).astype(np.int32)
    x_path, y_path = saved(scratch, "x.npy", X), saved(scratch, "y.npy", y)
    for target in 1, 3, 5:
        left = np.delete(X, target - 1, axis=1)
        found = read(x_path, f"target={target}")
        same(found["X"], left)
        same(found["y"], X[:, target - 1:target])
        same(read(x_path, f"target={target}", how="stream")["X"], left)
        only = read(x_path, f"target={target}", "only=1")
        assert only["X"].shape == (37, 0)
        same(only["y"], X[:, target - 1:target])
        if target != 3:
            same(read(x_path, f"target={target}", "mapped=1", how="stream")["X"], left)
    refused("the first or the last of 5 columns", x_path, "target=3", "mapped=1", how="stream")
    found = read(x_path, f"target_path={y_path}", "classes=1")
    same(found["X"], X)
    same(found["y"], y[:, None])
    refused("one column of the 37 rows of X is accepted", x_path, f"target_path={x_path}")
    refused("column of ", x_path, "target=6")
    refused("column of ", x_path, "target=6", how="stream")
    refused("the third value of two", x_path, f"target_path={y_path}", "binary=1")


def case_npz_plain_and_compressed_read_by_member(scratch):
    X, y = numbers(), np.arange(37) * 2.0
    for save in np.savez, np.savez_compressed:
        path = os.path.join(scratch, "a.npz")
        save(path, X=X, y=y, names=np.array(["a", "b"]))
        same(read(path, "member=X")["X"], X)
        found = read(path, "member=X.npy", "target_member=y")
        same(found["X"], X)
        same(found["y"], y[:, None])
        refused('there are 3 arrays, the name of one as member is accepted: "X", "y", "names"', path)
        refused('member is "Z", one of its arrays is accepted: "X", "y", "names"', path, "member=Z")
        refused('a.npz:names: its elements are "<U1" (words)', path, "member=names")
        with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:  # as if X had been replaced
            warnings.simplefilter("ignore")
            archive.writestr("X.npy", open(saved(scratch, "again.npy", -X), "rb").read())
        refused('a.npz: member is "X", and 2 are called so; one is accepted', path, "member=X")
        refused("unpack it first", path, how="stream")
        alone = os.path.join(scratch, "b.npz")
        save(alone, X)
        same(read(alone)["X"], X)
    refused("a member is asked for, but this is no zip archive", saved(scratch, "x.npy", X), "member=X")


def packed(path):
    with open(path, "rb") as file:
        raw = file.read()
    pack = {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}
    for ending, function in pack.items():
        with open(f"{path}.{ending}", "wb") as file:
            file.write(function(raw))
    subprocess.run(["zstd", "-q", "-f", path], check=True)
    return [f"{path}.{ending}" for ending in ("gz", "xz", "bz2", "zst")]


def case_packed_files_read_not_streamed(scratch):
    X = np.repeat(numbers(), 50, axis=0)  # packs well: it is read twice
    for path in packed(saved(scratch, "x.npy", X)) + packed(saved(scratch, "z.npy", np.zeros((5000, 40)))):
        same(read(path)["X"], X if "x.npy" in path else np.zeros((5000, 40)))
        refused("unpack it first", path, how="stream")


def case_other_types_refused_by_name(scratch):
    for kind, name in {"<c16": "complex numbers", "<f2": "another precision", "<U3": "words", "S4": "words", "<M8[s]": "times", "<g": "precision"}.items():
        array = np.zeros((2, 2), np.longdouble if kind == "<g" else kind)
        refused(name, saved(scratch, "t.npy", array))
    refused("objects of Python", saved(scratch, "o.npy", np.array([[None, {}]]), allow_pickle=True))
    refused("structures", saved(scratch, "s.npy", np.zeros(3, [("a", "<f8"), ("b", "<i4")])))
    refused("its shape is (), ", saved(scratch, "0.npy", np.array(3.0)))
    refused("its shape is (2, 3, 4), ", saved(scratch, "3.npy", np.zeros((2, 3, 4))))
    refused("its shape is (0, 4), ", saved(scratch, "e.npy", np.zeros((0, 4))))


def case_numbers_that_are_none_refused_by_row_and_column(scratch):
    for order in "C", "F":
        for kind in "f8", "f4", ">f8":
            X = np.asarray(numbers(), kind, order=order)
            X[7, 3] = -np.inf
            path = saved(scratch, "n.npy", X)
            refused("the number in row 7, column 3 (from 0) is -inf", path)
            refused("the number in row 7, column 3 (from 0) is -inf", path, "target=2")
            refused("the number in row 7, column 3 (from 0) is -inf", path, "target=4")
            assert ask("read", path, "target=5", "only=1")[0]
            X[2, 1] = np.nan
            refused("the number in row 2, column 1 (from 0) is nan", saved(scratch, "n.npy", X))
    X = np.zeros((4, 3), np.uint64)
    X[3, 0] = 2**53 + 1
    refused("the number in row 3, column 0 (from 0) is beyond 2^53", saved(scratch, "i.npy", X))
    refused("row 3, column 0", saved(scratch, "i.npy", -X.astype(np.int64)))
    refused("row 3, column 0", saved(scratch, "i.npy", -X.astype(np.int64)), how="stream")


def case_raw_files_streamed(scratch):
    path, X = os.path.join(scratch, "raw"), numbers()
    for single in 0, 1:
        for big in 0, 1:
            kind = "<>"[big] + "f" + "84"[single]
            with open(path, "wb") as file:
                file.write(b"x" * 8 + X.astype(kind).tobytes())
            words = [path, "raw_cols=5", "raw_offset=8", f"raw_single={single}", f"raw_big={big}"]
            same(read(*words, how="stream")["X"], X.astype(kind))
            if not big:
                same(read(*words, "mapped=1", "target=1", how="stream")["X"], X.astype(kind)[:, 1:])
    refused("behind the first 7 bytes there are 741, a multiple of 1 rows of 20", path, "raw_cols=5", "raw_offset=7", "raw_single=1", how="stream")


def case_files_of_the_library_read_by_numpy(scratch):
    for name in "w.npy", "w.npy.gz", "w.npy.xz", "w.npy.bz2":
        for shape, words in ((23, 4), ()), ((23, 4), ["single=1"]), ((23, 0), ()), ((0, 4), ()):
            path = os.path.join(scratch, name)
            fine, said = ask("write", path, *shape, *words, locale="de_DE.UTF-8")
            assert fine, said
            opened = {"gz": gzip.open, "xz": lzma.open, "bz2": bz2.open}.get(name.split(".")[-1], open)
            with opened(path, "rb") as file:
                array = np.load(file)
            assert array.shape == (shape if shape[1] else shape[:1]) and array.dtype == (np.float32 if words else np.float64)
            same(array.reshape(shape[0], -1) if shape[0] else array, tables(said)["X"])
    assert not [name for name in os.listdir(scratch) if name.startswith(".lgd")], "drafts are left"


# ---- HDF5

def case_hdf5_layouts_and_types_read_and_streamed(scratch):
    path, X = os.path.join(scratch, "d.h5"), numbers(300, 7)
    layouts = [{}, {"chunks": (32, 7)}, {"chunks": (50, 3)}, {"chunks": (64, 7), "compression": "gzip", "shuffle": True}, {"chunks": (7, 2), "fletcher32": True}]
    for kind in "<f8", ">f8", "<f4", ">f4", "<f2", "<i4", ">i8", "u1", "bool":
        for layout in layouts:
            data = (X > 0) if kind == "bool" else np.clip(X, 0, 200).astype(kind)
            with h5py.File(path, "w") as file:
                file.create_dataset("deep/X", data=data, **layout)
            found = read(path)
            assert list(found) == ["X_f32" if kind[1:] in ("f4", "f2") else "X"]
            same(found.popitem()[1], data)
            same(read(path, "block_rows=32", how="stream")["X"], data)
            same(read(path, "member=/deep/X", "target=3", how="stream")["X"], np.delete(data, 2, axis=1))
            found = read(path, "target=3")
            same(found["y"], data[:, 2:3])


def case_hdf5_targets_names_and_what_is_refused(scratch):
    path = os.path.join(scratch, "d.h5")
    with h5py.File(path, "w") as file:
        file["X"], file["g/y"], file["words"] = numbers(), np.arange(37), ["a", "b"]
        file["three"], file["scalar"], file["c"] = np.zeros((2, 2, 2)), 1.0, np.zeros(3, [("a", "f8"), ("b", "f4")])
        file["long"], file["complex"] = np.zeros(3, np.longdouble), np.zeros(3, complex)
        file["nan"], file["big"] = np.array([[1, 2], [3, np.nan]]), np.array([1, 2**60 + 1])
        file["enum"] = np.zeros(3, h5py.enum_dtype({"red": 0, "green": 1}, basetype="i1"))
        file["empty"] = np.zeros((0, 3))
    found = read(path, "member=X", "target_member=g/y")
    same(found["X"], numbers())
    same(found["y"], np.arange(37.0)[:, None])
    refused("there are 12 datasets, the name of one as dataset is accepted: \"X\", ", path)
    refused('dataset is "Z", one of its datasets is accepted: "X", "big", "c"', path, "member=Z")
    refused('"g/y"', path, "member=g")
    for name, part in {"words": "words", "three": "3 dimensions", "scalar": "0 dimensions", "c": "compounds", "long": "more than 64 bits", "complex": "compounds",
                       "nan": "row 1, column 1 (from 0) is nan", "big": "row 1, column 0 (from 0) is beyond 2^53", "enum": "names of an enumeration", "empty": "(0, 3)"}.items():
        refused(f"d.h5:{name}: ", path, f"member={name}")
        refused(part, path, f"member={name}")
    os.rename(packed(path)[0], os.path.join(scratch, "gz.h5"))
    refused("unpack it first", os.path.join(scratch, "gz.h5"), "member=X")


def case_hdf5_damaged_refused_with_the_words_of_libhdf5(scratch):
    path = os.path.join(scratch, "d.h5")
    with open(path, "wb") as file:
        file.write(b"no such file" * 100)
    refused("libhdf5 cannot open it as a file of HDF5", path)
    with h5py.File(path, "w") as file:
        file.create_dataset("X", data=numbers(300, 7), chunks=(64, 7), compression="gzip", fletcher32=True)
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        file.seek(size - 2000)
        file.write(b"\xff" * 1000)
    refused("libhdf5 cannot read rows 0 to 299 (from 0)", path)
    os.truncate(path, size // 2)
    refused("libhdf5 cannot open", path)


def case_files_of_the_library_read_by_h5py(scratch):
    path = os.path.join(scratch, "w.h5")
    for words in (), ["single=1"]:
        fine, said = ask("write", path, 23, 4, *words)
        assert fine, said
        with h5py.File(path) as file:
            same(file["X"][:], tables(said)["X"])
            assert file["X"].dtype == (np.float32 if words else np.float64) and ("y" in file) == (not words)
            if not words:
                same(file["y"][:], tables(said)["X"].ravel()[:23])
    assert os.listdir(scratch) == ["w.h5"], "drafts are left"


def case_archives_of_the_library_read_by_numpy(scratch):
    path = os.path.join(scratch, "w.npz")
    for shape in (23, 4), (70000, 3):
        for words in (), ["single=1"]:
            fine, said = ask("write", path, *shape, *words)
            assert fine, said
            with np.load(path) as file:
                same(file["X"], tables(said)["X"])
                assert file["X"].dtype == (np.float32 if words else np.float64)
                assert file.files == (["X"] if words else ["X", "y"])
                if not words:
                    same(file["y"], tables(said)["X"].ravel()[: shape[0]])
    assert os.listdir(scratch) == ["w.npz"], "drafts are left"


def case_without_a_complaint_at_the_end(_):
    for locale in "C", "de_DE.UTF-8":
        process = program(locale)
        process.stdin.close()
        assert process.wait() == 0, f"{locale}: ended by {process.returncode}"


tap.run(globals(), "case_")
