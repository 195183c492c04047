"""examples/lgd.py against a staged installation: TAP, one line for each case. Run with: ROOT BUILD, and CC in the environment.

Without NumPy every case is skipped with that reason."""
import copy
import gc
import glob
import importlib
import os
import pickle
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import tracemalloc

ROOT, BUILD = (os.path.abspath(word) for word in sys.argv[1:3])
STAGE = tempfile.TemporaryDirectory()
sys.path.insert(0, os.path.join(ROOT, "examples"))
sys.dont_write_bytecode = True


def start():
    global np, lgd, LIBRARY
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", STAGE.name], check=True, capture_output=True)
    LIBRARY = glob.glob(STAGE.name + "/**/libgd.so.0", recursive=True)[0]
    os.environ["LGD_LIBRARY"] = LIBRARY
    np, lgd = importlib.import_module("numpy"), importlib.import_module("lgd")


def raises(kind, text, function, *words, **options):
    try:
        function(*words, **options)
    except kind as error:
        assert text in str(error), f"says: {error}"
        return error
    raise AssertionError(f"no {kind.__name__} that says {text!r}")


def problem(rows=200, cols=5):
    """Numbers that float32 holds exactly, and labels."""
    data = np.round(lgd.uniform(1, 0, rows * cols) * 2**20).reshape(rows, cols) / 2**20
    return data, (data @ np.arange(cols) > cols).astype(float)


def fit(data, y, **options):
    f = lgd.Glm(lgd.Matrix(data), y, "logistic", intercept=True, l2=0.01)
    w = np.zeros(f.dim)
    report = lgd.minimize(f, lgd.Optimizer("adam:lr=0.1"), w, **dict(batch_size=16, max_epochs=10, seed=3, **options))
    return w, report


def quadratic(w):
    return float(w @ w), 2 * w


# ---- the same as in C


def headers():
    others = ("/io.h", "/libsvm.h", "/npy.h", "/hdf5.h", "/optimizers.h", "/descent.h", "/adaptive.h", "/newton.h",
              "/gauss_newton.h", "/quasi_newton.h", "/search.h")
    return sorted(name for name in glob.glob(f"{ROOT}/include/lgd/*.h") if not name.endswith(others))


def awk(script):
    return subprocess.run(["awk", "-f", f"{ROOT}/tests/{script}", *headers()], check=True, capture_output=True, text=True).stdout


def layout_of_c():
    """Sizes and offsets {struct: {"": size, member: offset}} in order, and constants {name: value}, as a C program says."""
    source, program = f"{STAGE.name}/layout.c", f"{STAGE.name}/layout"
    with open(source, "w") as file:
        file.write(awk("layout.awk"))
    subprocess.run([*shlex.split(os.environ.get("CC", "cc")), f"-I{ROOT}/include", "-o", program, source], check=True)
    structs, constants = {}, {}
    for line in subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines():
        kind, *names, number = line.split()
        if kind == "struct":
            structs[names[0]] = {"": int(number)}
        elif kind == "member":
            structs[names[0]][names[1]] = int(number)
        else:
            constants[names[0]] = int(number)
    return structs, constants


def python_structs_laid_out_as_in_c():
    structs, _ = layout_of_c()
    ours = {name: t for name, t in vars(lgd).items() if name in structs}
    assert len(ours) == 51, sorted(ours)
    for name, t in ours.items():
        found = {"": lgd.ctypes.sizeof(t), **{member: getattr(t, member).offset for member, _ in t._fields_}}
        assert found == structs[name], f"{name}: {found}, in C {structs[name]}"


def python_functions_take_what_they_take_in_c():
    of_c = dict(line.split() for line in awk("signatures.awk").splitlines())
    for name, letters in lgd.FUNCTIONS.items():
        found = letters.replace("s", "p").replace("z", "l")
        assert found == of_c.get(name), f"{name}: {found}, in C {of_c.get(name)}"
    used = set(re.findall(r"_C\.(lgd_\w+)", open(lgd.__file__).read()))
    assert used == set(lgd.FUNCTIONS), used ^ set(lgd.FUNCTIONS)


def python_constants_same_as_in_c():
    _, constants = layout_of_c()
    errors = {name[4:]: n for name, n in constants.items() if re.match(r"LGD_(E[A-Z]+|OK)$", name) and n <= 0}
    stops = {name[9:]: n for name, n in constants.items() if name.startswith("LGD_STOP_") and n}
    assert errors == {s.name: s.value for s in lgd.Status}, errors
    assert stops == {s.name: s.value for s in lgd.Stop}, stops
    for prefix, words in (("LGD_LAST_", lgd.WORDS["last"]), ("LGD_", lgd.WORDS["order"]), ("LGD_", lgd.WORDS["kind"]),
                          ("LGD_AVERAGE_", lgd.WORDS["average"]), ("LGD_", lgd.WORDS["estimator"]),
                          ("LGD_SADDLE_", lgd.WORDS["saddle"]), ("LGD_ROBUST_", lgd.WORDS["robust"]),
                          ("LGD_JACOBIAN_", lgd.WORDS["jacobian"]), ("LGD_SOLVER_", lgd.WORDS["solver"]),
                          ("LGD_WAY_", lgd.WORDS["way"]), ("LGD_DRAW_", lgd.WORDS["draw"]),
                          ("LGD_ERRORS_", lgd.WORDS["errors"]), ("LGD_", lgd.WORDS["activation"]),
                          ("LGD_INIT_", lgd.WORDS["init"]), ("LGD_DIAGNOSIS_", lgd.WORDS["diagnosis"])):
        for number, word in enumerate(words):
            names = {"step": "STEP_DECAY", "user": "USER_SCHEDULE"}
            prefix = "LGD_" if word == "lookahead" else prefix
            assert constants[prefix + names.get(word, re.sub("[ -]", "_", word.upper()))] == number, word
    bits = np.array([lgd.ZERO]).view(np.int64)[0]
    assert bits == constants["LGD_ZERO"]


# ---- programs


def run(program, *, directory, **environment):
    clean = {name: value for name, value in os.environ.items() if name not in ("LGD_LIBRARY", "LD_LIBRARY_PATH")}
    return subprocess.run([sys.executable, "-B", program], cwd=directory, env=dict(clean, **environment), capture_output=True,
                          text=True, timeout=60)


def python_fit_line_by_soname_prints_what_the_one_in_c_prints():
    result = run("fit_line.py", directory=f"{ROOT}/examples", LD_LIBRARY_PATH=os.path.dirname(LIBRARY))
    with open(f"{ROOT}/examples/fit_line.out") as file:
        assert result.stdout == file.read(), result.stdout + result.stderr


def python_guide_programs_print_what_the_page_says():
    with open(f"{ROOT}/docs/guide/python.md") as file:
        blocks = re.findall(r"^```(\w+)\n(.*?)^```$", file.read(), re.M | re.S)
    assert [language for language, _ in blocks] == ["python", "text"] * 3, blocks
    for (_, program), (_, shown) in zip(blocks[::2], blocks[1::2]):
        with open(f"{STAGE.name}/guide.py", "w") as file:
            file.write(program)
        result = run(f"{STAGE.name}/guide.py", directory=STAGE.name, LGD_LIBRARY=LIBRARY, PYTHONPATH=f"{ROOT}/examples")
        assert result.stdout == shown, result.stdout + result.stderr


def python_library_not_there_import_error_names_it():
    result = run("fit_line.py", directory=f"{ROOT}/examples", LGD_LIBRARY="/nowhere/libgd.so.0")
    assert result.returncode == 1 and "ImportError" in result.stderr, result.stderr
    assert "/nowhere/libgd.so.0" in result.stderr and "LGD_LIBRARY" in result.stderr, result.stderr


# ---- arrays


def storages(data):
    """The same numbers in every storage that is accepted."""
    for dtype in (np.float64, np.float32):
        a = data.astype(dtype)
        wide, tall = np.full((len(a), 9), 7, dtype), np.full((3 * len(a), a.shape[1]), 7, dtype)
        tall_columns = np.full((len(a) + 3, a.shape[1]), 7, dtype, order="F")
        wide[:, 2:2 + a.shape[1]] = tall[::3] = tall_columns[2:-1] = a
        yield from (a, np.asfortranarray(a), wide[:, 2:2 + a.shape[1]], tall[::3], tall_columns[2:-1])


def python_storages_agree_on_value_gradient_and_fit():
    data, y = problem(20000)  # several panels
    f = lgd.Glm(lgd.Matrix(data), y, "logistic", intercept=True, l2=0.01)
    w = np.linspace(-1, 1, f.dim)
    for rows in (None, range(30, 17000), np.array([5, 199, 0, 7]), lgd.permutation(1, 1, 20000)):
        value, gradient = f.eval(w, rows)
        for a in storages(data):
            other = lgd.Glm(lgd.Matrix(a), y, "logistic", intercept=True, l2=0.01)
            its_value, its_gradient = other.eval(w, rows)
            assert abs(its_value - value) <= 1e-12 and np.abs(its_gradient - gradient).max() <= 1e-12, a.flags
    data, y = problem()
    fits = [fit(a, y)[0] for a in storages(data)]
    assert len(fits) == 10 and all(np.abs(other - fits[0]).max() <= 1e-12 for other in fits), fits
    assert np.abs(fits[0]).max() > 1


def python_several_outputs_agree_between_storages():
    data, _ = problem()
    y = data @ np.arange(15.0).reshape(5, 3)
    w = np.linspace(-1, 1, 18)
    results = [lgd.Glm(lgd.Matrix(a), y, outputs=3, intercept=True) for a in storages(data)]
    for f in results:
        assert np.abs(f.eval(w)[1] - results[0].eval(w)[1]).max() <= 1e-12
        assert f.predict(w).shape == (200, 3) and np.abs(f.predict(w) - (data @ w[:15].reshape(5, 3) + w[15:])).max() <= 1e-12


def python_standardized_storages_agree():
    data, y = problem()
    for a in storages(data):
        X = lgd.Matrix(a).standardized()
        f, w = lgd.Glm(X, y, intercept=True), np.zeros(6)
        lgd.minimize(f, lgd.Optimizer("sgd:lr=0.5"), w, max_epochs=50, grad_tol=0)
        exact, *_ = np.linalg.lstsq(np.column_stack([data, np.ones(200)]), y, rcond=None)
        assert np.abs(X.unscale(w) - exact).max() <= 1e-9, X.unscale(w) - exact


# ---- sparse rows and streams


def sparse(dense, index="int32", dtype="float64"):
    """The numbers of dense that are not 0, as what SciPy has them in."""
    row, column = np.nonzero(dense)
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(dense)))])
    return lgd.Csr(dense[row, column].astype(dtype), column.astype(index), start.astype(index), dense.shape)


def bags(rows=300, cols=1000):
    """Rows of about three numbers, most of them in the first twenty columns."""
    share = np.where(np.arange(cols) < 20, 0.1, 0.001)
    dense = np.where(lgd.uniform(1, 0, rows * cols).reshape(rows, cols) < share, 1.0, 0.0)
    return dense, (dense[:, :10].sum(axis=1) > dense[:, 10:20].sum(axis=1)).astype(float)


def python_sparse_rows_same_as_dense():
    dense, y = bags()
    fits = []
    for X in (dense, *(sparse(dense, *kinds) for kinds in (("int32",), ("int64",), ("int32", "float32")))):
        f = lgd.Glm(lgd.Matrix(X), y, "logistic")
        w = np.zeros(f.dim)
        fits.append((lgd.minimize(f, lgd.Optimizer("adagrad:lr=0.5"), w, batch_size=2, max_epochs=5, seed=1), w))
    assert np.abs(fits[0][1]).max() > 0.5 and fits[0][0].updates == ""
    for report, w in fits[1:]:
        assert report.updates == "sparse" and np.abs(w - fits[0][1]).max() <= 1e-12, report
    assert lgd.Matrix.csr(*sparse(dense)[:3], cols=1000).shape == (300, 1000)


def python_report_says_why_steps_are_dense():
    dense, y = bags()
    f = lgd.Glm(lgd.Matrix(sparse(dense)), y, "logistic")
    for method, said in (("adam", "dense: "), ("lazy_adam", "sparse"), ("sgd", "sparse")):
        report = lgd.minimize(f, lgd.Optimizer(method), np.zeros(f.dim), batch_size=2, max_epochs=1)
        assert report.updates.startswith(said), report.updates


def python_sparse_rows_of_scipy_taken_where_they_lie():
    try:
        import scipy.sparse
    except ImportError:
        return " # SKIP needs SciPy (on Debian: python3-scipy)"
    dense, y = bags()
    for kind in (scipy.sparse.csr_matrix, scipy.sparse.csr_array):
        X = kind(dense)
        f = lgd.Glm(lgd.Matrix(X), y)
        before = f.eval(np.ones(1000))[0]
        X.data *= 2
        assert abs(f.eval(np.full(1000, 0.5))[0] - before) <= 1e-12
    raises(TypeError, "in the format csc, csr is accepted; tocsr() makes such a copy", lgd.Matrix, scipy.sparse.csc_matrix(dense))


def python_sparse_rows_not_accepted_named():
    good = sparse(bags()[0])
    raises(TypeError, "data of data of Matrix has dtype int64", lgd.Matrix, good._replace(data=good.data.astype(int)))
    raises(TypeError, "indices of data of Matrix has dtype float64", lgd.Matrix, good._replace(indices=good.data))
    raises(ValueError, "strides (16,)", lgd.Matrix, good._replace(data=np.repeat(good.data, 2)[::2]))
    raises(ValueError, "numbers in one piece", lgd.Matrix, good._replace(indices=good.indices[:-1]))
    raises(ValueError, "indptr of data of Matrix has dtype int32 and shape (300,)", lgd.Matrix,
           good._replace(indptr=good.indptr[:-1]))
    raises(ValueError, "indptr", lgd.Matrix, good._replace(indptr=-good.indptr))
    raises(lgd.Error, "csr: ", lgd.Matrix, good._replace(indices=good.indices[::-1].copy()))


def python_sparse_steps_same_as_dense_ones():
    for method, same in (("adagrad", True), ("lazy_adam", False)):
        ours, theirs = lgd.Optimizer(method + ":lr=0.5"), lgd.Optimizer(method + ":lr=0.5")
        w, v = np.ones(6), np.ones(6)
        for index in (np.array([4, 1]), np.array([1]), np.array([], int)):
            g, whole = np.arange(1.0, 1 + len(index)), np.zeros(6)
            whole[index] = g
            ours.step_sparse(w, index, g)
            theirs.step(v, whole)
        assert (w[[0, 2, 3, 5]] == 1).all() and w[4] < 1, w
        assert np.array_equal(w, v) or not same, (w, v)
    raises(lgd.Error, "adam", lgd.Optimizer("adam").step_sparse, np.ones(6), np.array([1]), np.ones(1))
    raises(lgd.Error, "", lgd.Optimizer("sgd").step_sparse, np.ones(6), np.array([6]), np.ones(1))


def python_factorization_of_sparse_rows_same_as_of_entries():
    ratings = sparse(np.array([[5.0, 3, 0], [4, 0, 1], [0, 2, 0]]), np.int64)
    row, col = np.array([0, 0, 1, 1, 2]), ratings.indices
    made = [lgd.Factorization(3, 3, row, col, ratings.data, rank=2, l2=0.1), lgd.Factorization.csr(ratings, rank=2, l2=0.1),
            lgd.Factorization.csr(ratings, weights=np.ones(5), rank=2, l2=0.1)]
    w = made[0].initialise(1)
    assert len({f.eval(w)[0] for f in made}) == 1 and made[1].terms == 5


def python_streams_same_as_the_whole():
    data, y = problem(1000)
    for dtype in (np.float64, np.float32):
        whole, asked = data.astype(dtype), []

        def read(first, count):
            asked.append(count)
            return whole[first:first + count]
        X = lgd.Matrix.stream(1000, 5, read, block_rows=64, memory=3 * 64 * 40, single=dtype == np.float32)
        assert X.block_rows == 64 and lgd.Matrix(whole).block_rows == 0
        fits = []
        for matrix in (lgd.Matrix(whole), X):
            f = lgd.Glm(matrix, y, "logistic", intercept=True)
            w = np.zeros(f.dim)
            lgd.minimize(f, lgd.Optimizer("sgd:lr=0.1"), w, batch_size=16, max_epochs=3, order="blocks", block_rows=64, seed=2)
            fits.append(w)
        assert np.array_equal(*fits) and max(asked) == 64 and len(asked) >= 3 * 1000 // 64, asked


def python_stream_that_raises_ends_the_run_with_its_exception():
    def fit_to(read):
        f = lgd.Glm(lgd.Matrix.stream(10, 2, read), np.ones(10))
        lgd.minimize(f, lgd.Optimizer("sgd"), np.zeros(2))

    def fails(first, count):
        raise OSError("the disk is gone")
    raises(OSError, "the disk is gone", fit_to, fails)
    raises(ValueError, "has shape (3, 2), (10, 2) is accepted", fit_to, lambda first, count: np.ones((3, 2)))
    raises(lgd.Error, "row 0, column 1", fit_to, lambda first, count: np.full((count, 2), (1, np.nan)))
    raises(TypeError, "complex128", fit_to, lambda first, count: np.ones((count, 2), complex))


def python_matrix_of_one_row_or_column_accepted():
    for shape in ((1, 4), (4, 1), (1, 1)):
        for a in (np.ones(shape), np.asfortranarray(np.ones(shape)), np.ones((6, 6))[1:1 + shape[0], :shape[1]],
                  np.ones((6, 6), order="F")[:shape[0], 1:1 + shape[1]]):
            f = lgd.Glm(lgd.Matrix(a), np.ones(shape[0]), "squared")
            assert f.eval(np.zeros(shape[1]))[0] == 1


def python_data_changed_in_place_seen():
    data, y = problem()
    for a in storages(data):
        f = lgd.Glm(lgd.Matrix(a), y)
        before = f.eval(np.ones(5))[0]
        a *= 2
        assert abs(f.eval(np.full(5, 0.5))[0] - before) <= 1e-12 and f.eval(np.ones(5))[0] > 2 * before


def python_float32_never_copied_whole():
    for order, least in ("C", 0), ("F", 10000):  # by columns NumPy widens panels
        data = np.ones((200000, 10), np.float32, order)
        y = np.zeros(200000)
        tracemalloc.start()
        f = lgd.Glm(lgd.Matrix(data).standardized(), y)
        lgd.minimize(f, lgd.Optimizer("sgd"), np.zeros(10), max_epochs=2)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert least < peak < data.nbytes, peak


def python_point_moved_in_place():
    w = np.ones(3)
    at = w.ctypes.data
    lgd.minimize(lgd.Function(3, quadratic), lgd.Optimizer("sgd:lr=0.25"), w)
    assert w.ctypes.data == at and np.abs(w).max() < 1e-5


def python_dtype_not_accepted_named():
    for a in (np.ones((2, 2), int), np.ones((2, 2), ">f8"), np.ones((2, 2), complex), np.ones((2, 2), np.float16)):
        raises(TypeError, f"dtype {a.dtype}, float64 or float32 is accepted", lgd.Matrix, a)
    raises(TypeError, "is a list", lgd.Matrix, [[1.0]])
    raises(TypeError, "is a MaskedArray", lgd.Matrix, np.ma.masked_array(np.ones((2, 2)), [[0, 1], [0, 0]]))
    X = lgd.Matrix(np.ones((2, 2)))
    raises(TypeError, "y of Glm has dtype int64, float64", lgd.Glm, X, np.ones(2, int))
    raises(TypeError, "w has dtype float32", lgd.Glm(X, np.ones(2)).eval, np.ones(2, np.float32))
    raises(TypeError, "rows has dtype float64", lgd.Glm(X, np.ones(2)).eval, np.ones(2), np.ones(1))


def python_strides_not_accepted_named():
    for dtype in (np.float64, np.float32):
        a = np.ones((4, 6), dtype)
        for part in (a[:, ::2], a[::-1], a[:, ::-1], np.broadcast_to(a[0], (4, 6)),
                     np.frombuffer(b"\0" * 81, dtype, offset=1, count=6).reshape(2, 3)):
            raises(ValueError, f"strides {part.strides}", lgd.Matrix, part)
    raises(ValueError, "1 dimensions", lgd.Matrix, np.ones(3))
    raises(ValueError, "strides (16,)", lgd.Function(2, quadratic).eval, np.ones(4)[::2])


def python_not_finite_named_by_row_and_column():
    for dtype in (np.float64, np.float32):
        for bad, word in ((np.nan, "nan"), (np.inf, "inf")):
            a = np.ones((90000, 3), dtype)
            a[88888, 1] = bad
            error = raises(lgd.Error, f"row 88888, column 1 (from 0) is {word}", lgd.Matrix, a)
            assert error.status is lgd.Status.EINVAL
    raises(lgd.Error, "row 1", lgd.Glm, lgd.Matrix(np.ones((2, 2))), np.array([1, np.nan]))


def python_matrix_without_rows_refused_by_the_run():
    for dtype in (np.float64, np.float32):
        f = lgd.Glm(lgd.Matrix(np.ones((0, 2), dtype)), np.ones(0))
        assert f.terms == 0
        raises(lgd.Error, "number of rows of the glm is 0", lgd.minimize, f, lgd.Optimizer("sgd"), np.zeros(2))
        raises(lgd.Error, "cols is 0", lgd.Matrix, np.ones((2, 0), dtype))


def python_lengths_that_do_not_fit_refused():
    X = lgd.Matrix(np.ones((4, 2)))
    f, opt, w = lgd.Glm(X, np.ones(4)), lgd.Optimizer("sgd"), np.zeros(2)
    raises(ValueError, "y of Glm has shape (3,), (4,)", lgd.Glm, X, np.ones(3))
    raises(ValueError, "y of Glm has shape (4,), (4, 2)", lgd.Glm, X, np.ones(4), outputs=2)
    raises(ValueError, "weights of Glm has shape (5,)", lgd.Glm, X, np.ones(4), weights=np.ones(5))
    raises(ValueError, "w has shape (3,), (2,)", lgd.minimize, f, opt, np.zeros(3))
    raises(ValueError, "lr_scale has shape (1,)", lgd.minimize, f, opt, w, lr_scale=np.ones(1))
    raises(ValueError, "shift has shape (4,)", X.scaled, np.ones(4))
    raises(lgd.Error, "rows", f.eval, w, range(3, 6))
    raises(lgd.Error, "row", f.eval, w, np.array([-1]))
    raises(ValueError, "rows is range(0, 4, 2)", f.eval, w, range(0, 4, 2))
    w.flags.writeable = False
    raises(ValueError, "w is read-only", lgd.minimize, f, opt, w)
    f = lgd.Function(2, lambda w: (0.0, np.zeros(3)))
    raises(ValueError, "gradient of Function has shape (3,), (2,)", f.eval, np.zeros(2))


def python_objects_of_another_kind_named():
    a = np.ones((4, 2))
    X, opt, w = lgd.Matrix(a), lgd.Optimizer("sgd"), np.zeros(2)
    f = lgd.Glm(X, np.ones(4))
    for text, function, words in (("X of Glm is a ndarray, lgd.Matrix", lgd.Glm, (a, np.ones(4))),
                                  ("X of predict is a ndarray", f.predict, (w, a)),
                                  ("f of minimize is a Matrix", lgd.minimize, (X, opt, w)),
                                  ("opt of minimize is a Glm", lgd.minimize, (f, f, w)),
                                  ("penalty of minimize is a float", lambda: lgd.minimize(f, opt, w, penalty=0.1), ()),
                                  ("penalty is a Matrix, lgd.Penalty is accepted", opt.penalty, (X,)),
                                  ("history of minimize is a list", lambda: lgd.minimize(f, opt, w, history=[]), ())):
        raises(TypeError, text, function, *words)


def python_numbers_beyond_64_bits_refused_not_cut():
    raises(ValueError, f"max_steps of minimize is {2**64}", fit, *problem(), max_steps=2**64)
    raises(ValueError, "dim of Function is -1", lgd.Function, -1, quadratic)
    raises(ValueError, f"seed is {2**64}", lgd.permutation, 2**64, 0, 3)
    assert len(lgd.uniform(2**64 - 1, 0, 3)) == 3


# ---- options


def python_what_c_would_cut_or_bend_refused():
    X = lgd.Matrix(np.ones((3, 2)))
    raises(TypeError, "intercept of Glm is 'no'", lgd.Glm, X, np.zeros(3), intercept="no")
    raises(TypeError, "l2 of Glm is '0.1'", lgd.Glm, X, np.zeros(3), l2="0.1")
    raises(ValueError, "'adam\\x00:lr=9'", lgd.Optimizer, "adam\0:lr=9")
    raises(TypeError, "complex128", lgd.Function(2, lambda w: (0.0, w * 1j)).eval, np.ones(2))


def python_option_not_known_named():
    f, opt = lgd.Function(1, quadratic), lgd.Optimizer("sgd")
    raises(TypeError, "minimize has no option batchsize, batch_size", lgd.minimize, f, opt, np.ones(1), batchsize=3)
    raises(ValueError, "order of minimize is 'sorted', one of shuffle, ", lgd.minimize, f, opt, np.ones(1), order="sorted")
    raises(ValueError, "max_steps of minimize is -1", lgd.minimize, f, opt, np.ones(1), max_steps=-1)
    raises(TypeError, "float", lgd.minimize, f, opt, np.ones(1), max_steps=1.5)
    raises(lgd.Error, "divergence_factor is 0.5", lgd.minimize, f, opt, np.ones(1), divergence_factor=0.5)
    raises(lgd.Error, 'did you mean "adam"', lgd.Optimizer, "adm")
    raises(lgd.Error, "logistic", lgd.Glm, lgd.Matrix(np.ones((1, 1))), np.ones(1), "logistik")
    raises(ValueError, "kind of Schedule is 'linear'", lgd.Schedule, "linear")
    raises(TypeError, "next of Schedule is a str, an lgd.Schedule", lgd.Schedule, "cosine", next="constant", until=3)
    raises(lgd.Error, "loss", lgd.History().__getitem__, "los")


def python_zero_written_means_zero():
    f, opt = lgd.Function(2, quadratic), lgd.Optimizer("sgd:lr=0.25")
    assert lgd.minimize(f, opt, np.ones(2), max_steps=40).stop is lgd.Stop.GRAD_TOL
    opt.reset()
    assert lgd.minimize(f, opt, np.ones(2), max_steps=40, grad_tol=0).stop is lgd.Stop.STEPS
    opt.reset()
    assert lgd.minimize(f, opt, np.ones(2), max_steps=40, grad_tol=None).stop is lgd.Stop.GRAD_TOL


def python_schedules_multiply_the_rate():
    milestones = np.array([1.0, 3.0])
    for schedule, expected in ((lgd.Schedule("user", fn=lambda step, epoch: 1 / (1 + step)), [1, 1 / 2, 1 / 3, 1 / 4]),
                               (lgd.Schedule("multi-step", milestones, factor=0.5), [1, 0.5, 0.5, 0.25]),
                               (lgd.Schedule("exponential", factor=0), [1, 0, 0, 0]),
                               (lgd.Schedule("warm restarts", period=2, floor=0.5), [1, 0.75, 1, 0.75]),
                               (lgd.Schedule("exponential", factor=0.5, next=lgd.Schedule("constant"), until=3),
                                [1, 0.5, 0.25, 1])):
        h = lgd.History()
        lgd.minimize(lgd.Function(1, quadratic), lgd.Optimizer("sgd:lr=0.1"), np.ones(1), max_steps=4, schedule=schedule,
                     history=h)
        assert np.allclose(h["lr"], 0.1 * np.array(expected), rtol=1e-15), h["lr"]


def python_coordinates_of_rate_zero_stay():
    w, best = np.ones(2), np.zeros(2)
    lgd.minimize(lgd.Function(2, quadratic), lgd.Optimizer("sgd:lr=0.25"), w, lr_scale=np.array([0.0, 1.0]), w_best=best)
    assert w[0] == 1 and abs(w[1]) < 1e-5 and (best == w).all()


# ---- runs


def python_report_says_what_happened():
    data, y = problem()
    h = lgd.History()
    w, report = fit(data, y, history=h, check_every=2)
    assert report.stop is lgd.Stop.EPOCHS and report.reason == "epoch limit reached"
    assert (report.epochs, report.steps, report.clipped) == (10, 130, 0) and report.passes >= 15 and report.seconds > 0
    f = lgd.Glm(lgd.Matrix(data), y, "logistic", intercept=True, l2=0.01)
    value, gradient = f.eval(w)
    assert abs(report.f - value) <= 1e-12 and abs(report.grad_norm - np.linalg.norm(gradient)) <= 1e-12
    assert report.best_f <= report.f
    assert len(h["running"]) == 10 and h["running"][-1] < h["running"][0]
    assert list(np.isnan(h["loss"])) == [False, True] * 5


def python_threads_same_bits_in_every_storage():
    data, y = problem(20000)
    for a in storages(data):
        f = lgd.Glm(lgd.Matrix(a), y, "logistic")
        w = [np.zeros(5), np.zeros(5)]
        for threads in (1, 2):
            lgd.minimize(f, lgd.Optimizer("sgd:lr=1"), w[threads - 1], max_epochs=3, threads=threads)
        assert (w[0] == w[1]).all()


def python_divergence_raised_best_point_kept():
    w = np.ones(2)
    error = raises(lgd.Error, "would hold", lgd.minimize, lgd.Function(2, quadratic), lgd.Optimizer("sgd:lr=3"), w)
    assert error.status is lgd.Status.EDIVERGED and error.report.stop is lgd.Stop.DIVERGED
    assert (w == 1).all() and 0 < error.report.lr_hold < 1 and error.report.best_f == 2


def saddle(w):
    return w[0]**2 - w[1]**2 + w[1]**4, np.array([2 * w[0], -2 * w[1] + 4 * w[1]**3])


def python_curvature_of_a_saddle_with_its_directions():
    c = lgd.Function(2, saddle).curvature(np.array([1, 0.0]), tol=1e-5, seed=3)
    assert abs(c.largest - 2) <= 1e-6 and abs(c.smallest + 2) <= 1e-6 and np.isnan(c.condition) and not c.exact, c
    assert np.abs(np.abs([c.smallest_vector, c.largest_vector]) - np.eye(2)[::-1]).max() <= 1e-6, c
    data, y = problem()
    f = lgd.Glm(lgd.Matrix(data), y)
    c, exact = f.curvature(np.zeros(5)), np.linalg.eigvalsh(data.T @ data / 200)
    assert c.exact and np.abs([c.smallest - exact[0], c.largest - exact[-1]]).max() <= 1e-6 * exact[-1], (c, exact)
    raises(TypeError, "curvature has no option products", f.curvature, np.zeros(5), products=3)
    raises(lgd.Error, "tol is -1", f.curvature, np.zeros(5), tol=-1)


def python_saddle_said_and_escaped():
    f = lgd.Function(2, saddle)
    for method in ("sgd:lr=0.1", "lbfgs", "bfgs", "cg"):
        w = np.array([1, 0.0])
        report = lgd.minimize(f, lgd.Optimizer(method), w, saddle="stop")
        assert report.stop is lgd.Stop.SADDLE and abs(report.smallest_curvature + 2) <= 1e-6 and abs(w[0]) < 1e-5, report
        w = np.array([1, 0.0])
        report = lgd.minimize(f, lgd.Optimizer(method), w, saddle="escape")
        assert report.stop is lgd.Stop.GRAD_TOL and abs(report.f + 0.25) <= 1e-10, report
    raises(ValueError, "saddle of minimize is 'leave', one of unchecked, stop, escape, perturb is accepted", lgd.minimize, f,
           lgd.Optimizer("sgd"), np.ones(2), saddle="leave")


def python_metric_of_ones_own_makes_a_long_bowl_round():
    scale, asked = np.array([1e-4, 1, 1e4]), []

    def metric(w, r):
        asked.append(w)
        return r / scale
    f, steps = lgd.Function(3, lambda w: (0.5 * scale @ w**2, scale * w)), []
    for method in ("sgd:lr=1", "lbfgs", "cg", "newton_cg"):
        w = np.ones(3)
        report = lgd.minimize(f, lgd.Optimizer(method), w, precondition=metric, max_steps=5, grad_tol=1e-12)
        assert report.stop is lgd.Stop.GRAD_TOL and np.abs(w).max() <= 1e-8, (method, report, w)
        steps.append(report.steps)
    assert steps[0] == 1 and (asked[0] == 1).all(), steps
    raises(ValueError, "what precondition gives has shape (2,), (3,) is accepted", lgd.minimize, f, lgd.Optimizer("lbfgs"),
           np.ones(3), precondition=lambda w, r: np.ones(2))
    raises(lgd.Error, "precondition", lgd.minimize, f, lgd.Optimizer("lbfgs"), np.ones(3), precondition=lambda w, r: -r)
    raises(lgd.Error, "precondition", lgd.minimize, f, lgd.Optimizer("adam"), np.ones(3), precondition=metric)


def python_optimizer_follows_another_with_its_steps():
    data, y = problem()
    f, w = lgd.Glm(lgd.Matrix(data), y, "logistic", intercept=True, l2=0.01), np.zeros(6)
    first, then = lgd.Optimizer("adam:lr=0.1"), lgd.Optimizer("lbfgs")
    lgd.minimize(f, first, w, batch_size=20, max_epochs=2, seed=1)
    then.follow(first)
    assert then.steps == 20
    report = lgd.minimize(f, then, w, grad_tol_abs=1e-9, start_rows=50)
    assert report.stop is lgd.Stop.GRAD_TOL and then.steps == 20 + report.steps, report
    raises(TypeError, "before of follow is a str, lgd.Optimizer is accepted", then.follow, "adam")
    raises(lgd.Error, "", then.follow, first)


def python_callback_sees_and_stops_the_run():
    seen = []

    def watch(p):
        seen.append(p)
        return p.step >= 5
    w = np.ones(2)
    report = lgd.minimize(lgd.Function(2, quadratic), lgd.Optimizer("sgd:lr=0.1"), w, watch)
    assert report.stop is lgd.Stop.CALLBACK and [p.step for p in seen] == [1, 2, 3, 4, 5]
    assert (seen[-1].w == w).all() and seen[0].f == 2 and abs(seen[0].w[0] - 0.8) < 1e-15 and seen[0].lr == 0.1


def python_exception_anywhere_goes_through():
    class Odd(Exception):
        def __bool__(self):
            return False

    def odd(*_):
        raise Odd("as it was")
    f, opt = lgd.Function(2, quadratic), lgd.Optimizer("sgd:lr=0.1")
    wrong = [lambda: lgd.minimize(f, opt, np.ones(2), odd),
             lambda: lgd.minimize(lgd.Function(2, odd), opt, np.ones(2)),
             lambda: lgd.minimize(lgd.Function(2, odd, differences=True), opt, np.ones(2)),
             lambda: lgd.Function(2, odd).eval(np.ones(2)),
             lambda: lgd.Function(2, odd).check_gradient(np.ones(2)),
             lambda: lgd.minimize(f, opt, np.ones(2), precondition=odd),
             lambda: lgd.minimize(f, opt, np.ones(2), schedule=lgd.Schedule("user", fn=odd))]
    for run_of_it in wrong:
        opt.reset()
        raises(Odd, "as it was", run_of_it)
        opt.reset()
        assert lgd.minimize(f, opt, np.ones(2)).stop is lgd.Stop.GRAD_TOL  # nothing of it stays
    raises(TypeError, "NoneType", lgd.Function(2, lambda w: None).eval, np.ones(2))


def python_run_inside_a_callback_keeps_its_errors():
    caught = []

    def inner(p):
        caught.append(raises(lgd.Error, "would hold", lgd.minimize, lgd.Function(2, quadratic), lgd.Optimizer("sgd:lr=3"),
                             np.ones(2)))
        return True
    report = lgd.minimize(lgd.Function(2, quadratic), lgd.Optimizer("sgd:lr=0.1"), np.ones(2), inner)
    assert report.stop is lgd.Stop.CALLBACK and len(caught) == 1


def python_groups_and_averages_of_an_optimizer():
    opt, w = lgd.Optimizer("sgd:lr=1"), np.zeros(3)
    opt.groups(dict(first=0, count=1, frozen=True), dict(first=2, count=1, lr_scale=0.5))
    opt.average("ema", decay=0.5)
    raises(ValueError, "a result is asked for, after a step or a run it is accepted", opt.result, w)
    opt.step(w, np.ones(3))
    assert (w == [0, -1, -0.5]).all() and (opt.result(w) == w).all()
    opt.step(w, np.ones(3))
    assert (w == [0, -2, -1]).all() and np.allclose(opt.result(w), w * (0.5 + 2) / 3, rtol=1e-15), opt.result(w)
    raises(ValueError, "w has shape (2,), (3,) is accepted", opt.result, np.zeros(2))
    raises(lgd.Error, "would join coordinates of 0 and of 2 steps", opt.groups)
    opt.groups(dict(first=0, count=1))
    opt.step(w, np.ones(3))
    assert (w == [-1, -3, -2]).all()
    raises(ValueError, "kind of average is 'mean', one of none, uniform, ema, lookahead is accepted", opt.average, "mean")
    raises(TypeError, "group 0 has no option rate, first, count, lr_scale, decay, frozen are accepted", opt.groups, dict(rate=1))
    raises(lgd.Error, "sgd: a group is 2 + 2, a range within dim 3 is accepted", opt.groups, dict(first=2, count=2))
    raises(lgd.Error, "sgd: momentum is 0.5, none is accepted", opt.momentum, 0.5)
    opt, w = lgd.Optimizer("momentum:lr=1,momentum=0.5"), np.zeros(1)
    for momentum, expected in ((0.0, -1), (None, -2.5)):
        opt.momentum(momentum)
        opt.step(w, np.ones(1))
        assert w[0] == expected, w


def python_minimize_gives_the_averaged_point():
    opt, w, average = lgd.Optimizer("sgd:lr=0.25"), np.ones(1), np.zeros(1)
    opt.average("uniform")
    report = lgd.minimize(lgd.Function(1, quadratic), opt, w, max_steps=3, grad_tol=0, w_average=average)
    assert average[0] == opt.result(w)[0] and abs(average[0]) > abs(w[0]), (average, w)
    assert report.f_average == quadratic(average)[0], report
    assert np.isnan(lgd.minimize(lgd.Function(1, quadratic), lgd.Optimizer("sgd"), w, max_steps=1).f_average)


def python_interrupt_ends_the_run_after_its_step():
    opt, w = lgd.Optimizer("sgd:lr=0.001"), np.ones(2)

    def press(p):
        if p.step == 3:
            signal.raise_signal(signal.SIGINT)
    raises(KeyboardInterrupt, "", lgd.minimize, lgd.Function(2, quadratic), opt, w, press, max_steps=1000)
    assert opt.steps == 4 and 0 < w[0] < 1, opt.steps
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    lgd.minimize(lgd.Function(2, quadratic), opt, w, max_steps=5)
    assert opt.steps == 9


def python_gradient_checked_against_differences():
    assert lgd.Function(3, quadratic).check_gradient(np.ones(3)).error < 1e-7
    wrong = lgd.Function(3, lambda w: (w @ w, np.array([2, 2, 3]) * w)).check_gradient(np.ones(3))
    assert wrong.error > 0.1 and wrong.worst == 2 and abs(wrong.numeric - 2) < 1e-6
    value, gradient = lgd.Function(3, lambda w: w @ w, differences=True).eval(np.ones(3))
    assert value == 3 and np.abs(gradient - 2).max() < 1e-9


def python_own_loop_and_saved_state_same_bits():
    data, y = problem()
    expected, _ = fit(data, y)
    f = lgd.Glm(lgd.Matrix(data), y, "logistic", intercept=True, l2=0.01)
    opt, w = lgd.Optimizer("adam:lr=0.1"), np.zeros(f.dim)
    for epoch in range(10):
        order = lgd.permutation(3, epoch, 200)
        for first in range(0, 200, 16):
            opt.step(w, f.eval(w, order[first:first + 16])[1])
        state, opt = opt.save(), lgd.Optimizer("adam:lr=0.1")
        opt.load(state)
    assert (w == expected).all() and opt.steps == 130 and opt.name == "adam" and opt["beta1"] == 0.9
    assert raises(lgd.Error, "", opt.load, state[:-1]).status is lgd.Status.EFORMAT


def soft(x, t):
    return np.sign(x) * np.maximum(np.abs(x) - t, 0)


def python_penalty_value_and_prox_as_defined():
    w = np.array([3, -0.5, 0, -2.0])
    l1, net = lgd.Penalty.l1(0.5), lgd.Penalty.elastic_net(0.5, 3)
    assert (l1.name, net.name) == ("l1", "elastic_net") and l1.value(w) == 2.75 and net.value(w) == 2.75 + 1.5 * 13.25
    assert (l1.prox(w, 2) == soft(w, 1)).all() and (net.prox(w, 0.5) == soft(w, 0.25) / 2.5).all()
    assert (l1.prox(w, np.array([0, 1, 1, 2.0])) == [3, 0, 0, -1]).all() and w[0] == 3
    raises(lgd.Error, "l1: strength is -1, a number at least 0 is accepted", lgd.Penalty.l1, -1)
    raises(lgd.Error, "l1: w[1] is nan", l1.prox, np.array([0, np.nan]))
    raises(ValueError, "eta has shape (2,), (4,)", l1.prox, w, np.ones(2))


def python_constraints_project_to_the_nearest_point():
    w, low = np.array([3, -0.5, 0, -2.0]), np.array([0, -1, 1, -1.0])
    P = lgd.Penalty
    for penalty, expected in ((P.box(low, 2), [2, -0.5, 1, -1]), (P.box(high=0), [0, -0.5, 0, -2]),
                              (P.box(low), [3, -0.5, 1, -1]), (P.non_negative(), [3, 0, 0, 0]), (P.simplex(), [1, 0, 0, 0]),
                              (P.l1_ball(2), [1.5, 0, 0, -0.5]), (P.l2_ball(np.sqrt(13.25) / 2), w / 2), (P.l2_ball(4), w)):
        assert np.abs(penalty.prox(w) - expected).max() <= 1e-15 and penalty.value(penalty.prox(w)) == 0, penalty.name
        assert (penalty.value(w) == 0) == (np.array(expected) == w).all(), penalty.name
    assert (P.elastic_box(1, 1, low, 2).prox(w) == [1, 0, 1, -0.5]).all()
    raises(lgd.Error, "low[1]", P.box, np.array([0, 2.0]), 1)
    raises(ValueError, "shape", P.box, np.zeros(2), np.ones(3))
    raises(TypeError, "dtype int64", P.box, np.zeros(2, int))


def python_penalties_of_ranges_and_groups_as_defined():
    w = np.array([3, -4, 0.5, -2, 1])
    P = lgd.Penalty
    groups = P.group_l1(2, dict(first=0, count=2), dict(first=3, count=1, weight=0.5))
    assert abs(groups.value(w) - (2 * np.sqrt(2) * 5 + 2)) <= 1e-13
    assert np.abs(groups.prox(w) - [3 * (1 - 2 * np.sqrt(2) / 5), -4 * (1 - 2 * np.sqrt(2) / 5), 0.5, -1, 1]).max() <= 1e-15
    assert P.total_variation(1).value(w) == 17 and np.abs(P.total_variation(99).prox(w) - w.mean()).max() <= 1e-15
    part = P.ranges((P.l1(1), 0, 2), (P.non_negative(), 3, 2))
    assert (part.prox(w) == [2, -3, 0.5, 0, 1]).all() and part.value(part.prox(w)) == 5
    raises(lgd.Error, "", P.ranges, (P.l1(1), 0, 2), (P.l1(1), 1, 2))
    raises(TypeError, "penalty of range 0 is a float", P.ranges, (1.0, 0, 2))
    raises(TypeError, "has no option size", P.group_l1, 1, dict(first=0, size=2))


def python_arrays_of_a_box_kept():
    data, y = problem()
    box = lgd.Penalty.ranges((lgd.Penalty.box(np.full(5, -0.05), np.full(5, 0.05)), 0, 5))
    gc.collect()
    litter = [np.full(5, np.nan) for _ in range(1000)]
    w = np.zeros(5)
    lgd.minimize(lgd.Glm(lgd.Matrix(data), y), lgd.Optimizer("adam:lr=0.1"), w, penalty=box)
    assert (np.abs(w) <= 0.05).all() and (w == 0.05).any() and litter, w


def python_run_and_own_loop_with_a_penalty_same_bits():
    data, y = problem()
    f, l1 = lgd.Glm(lgd.Matrix(data).standardized(), y), lgd.Penalty.l1(0.1)
    w, v = np.zeros(5), np.zeros(5)
    report = lgd.minimize(f, lgd.Optimizer("sgd:lr=0.5"), w, penalty=l1, max_epochs=30, grad_tol=0)
    opt = lgd.Optimizer("sgd:lr=0.5")
    opt.penalty(l1)
    for _ in range(30):
        opt.step(v, f.eval(v)[1])
    assert (v == w).all() and 1 <= (w == 0).sum() <= 4, (v, w)
    assert report.f == f.eval(w)[0] + l1.value(w), report
    opt.penalty(None)
    opt.step(v, np.zeros(5))
    assert (v == w).all()


def python_estimators_by_name_end_at_the_minimum():
    data, y = problem()
    f = lgd.Glm(lgd.Matrix(data).standardized(), y, intercept=True)
    expected = np.zeros(6)
    lgd.minimize(f, lgd.Optimizer("sgd:lr=0.5"), expected, max_epochs=200, grad_tol=1e-14)
    for estimator in lgd.WORDS["estimator"]:
        w = np.zeros(6)
        lgd.minimize(f, lgd.Optimizer("sgd:lr=0.05"), w, batch_size=8, max_epochs=200, grad_tol=0, estimator=estimator)
        assert (np.abs(w - expected).max() <= 1e-12) == (estimator != "minibatch"), (estimator, w - expected)


def python_gap_bounds_the_distance_to_the_minimum():
    data, y = problem()
    f, l1, w, history = lgd.Glm(lgd.Matrix(data).standardized(), y), lgd.Penalty.l1(0.1), np.zeros(5), lgd.History()
    gaps = []
    report = lgd.minimize(f, lgd.Optimizer("sgd:lr=0.1"), w, lambda p: gaps.append(lgd.duality_gap(f, p.w, l1)), history,
                          penalty=l1, grad_tol=0, gap_tol=1e-10)
    assert report.stop is lgd.Stop.GAP_TOL and 0 <= report.gap <= 1e-10 * report.f, report
    gaps, loss, asked = np.array(gaps[:-1]), history["loss"][1:], history["gap"][1:]  # a callback sees w after the step
    assert (gaps >= loss - report.f - 1e-14).all() and gaps[0] > 0.01
    assert (gaps[np.isfinite(asked)] == asked[np.isfinite(asked)]).all() and np.isfinite(asked).any()


def python_intercept_spared_by_a_penalty():
    data, y = problem()
    f, w = lgd.Glm(lgd.Matrix(data).standardized(), y, intercept=True), np.zeros(6)
    report = lgd.minimize(f, lgd.Optimizer("sgd:lr=0.5"), w, penalty=lgd.Penalty.l1(100), max_epochs=99)
    assert (w[:5] == 0).all() and abs(w[5] - y.mean()) <= 1e-6 and report.stop is lgd.Stop.GRAD_TOL, (w, report)


def python_subset_of_rows_as_a_fit_of_them():
    data, y = problem()
    part = lgd.Glm(lgd.Matrix(data), y).subset(np.arange(0, 200, 2))
    alone = lgd.Glm(lgd.Matrix(data[::2]), y[::2].copy())
    assert part.terms == 100 and np.abs(part.eval(np.ones(5))[1] - alone.eval(np.ones(5))[1]).max() <= 1e-13


# ---- least squares


TIMES = 0, 1, 2, 3, 5, 8


def decay(w):
    return w[0] * np.exp(-w[1] * np.array(TIMES)) - np.array([4.9, 3.1, 1.7, 1.2, 0.4, 0.1])


def decay_derivative(w):
    t = np.array(TIMES)
    return np.column_stack([np.exp(-w[1] * t), -w[0] * t * np.exp(-w[1] * t)])


def python_residuals_fitted_with_and_without_a_derivative_agree():
    fits = []
    for options in (dict(derivative=decay_derivative), dict(), dict(jacobian="forward")):
        f, w = lgd.Residuals(2, 6, decay, **options), np.array([1, 1.0])
        report = lgd.minimize(f, lgd.Optimizer("lm"), w)
        assert abs(report.f - 0.5 * (decay(w)**2).sum()) <= 1e-16 and np.abs(decay_derivative(w).T @ decay(w)).max() <= 1e-6, (w, report)
        fits.append(w)
    assert max(np.abs(w - fits[0]).max() for w in fits) <= 1e-6 and 4 < fits[0][0] < 6, fits
    f = lgd.Residuals(2, 6, decay, decay_derivative)
    assert f.check_jacobian(fits[0]).error <= 1e-9
    bad = lgd.Residuals(2, 6, decay, lambda w: decay_derivative(w) * [1, -1]).check_jacobian(fits[0])
    assert bad.error > 1 and bad.column == 1 and bad.row > 0


def python_standard_errors_of_residuals_as_defined():
    weights = np.array([1, 2, 3, 4, 5, 6.0])
    f, w = lgd.Residuals(2, 6, decay, decay_derivative, weights=weights), np.array([1, 1.0])
    lgd.minimize(f, lgd.Optimizer("dogleg"), w)
    fit = f.errors(w, covariance=True)
    J, rss = decay_derivative(w), (weights * decay(w)**2).sum()
    expected = rss / 4 * np.linalg.inv(J.T @ (weights[:, None] * J))
    assert np.abs(fit.covariance - expected).max() <= 1e-12 and np.abs(fit.errors - np.sqrt(np.diag(expected))).max() <= 1e-12
    assert fit.freedom == 4 and abs(fit.sigma**2 - rss / 4) <= 1e-15 and (fit.w == w).all() and fit.rank == 2
    assert np.abs(f.errors(w, sigma=2).errors / fit.errors - 2 / fit.sigma).max() <= 1e-12


def python_robust_residuals_move_less_for_an_outlier():
    y = np.array([1, 1.1, 0.9, 1, 9])
    ends = {}
    for robust in lgd.WORDS["robust"]:
        w = np.array([0.5])
        lgd.minimize(lgd.Residuals(1, 5, lambda w: w[0] - y, robust=robust, scale=0.2), lgd.Optimizer("lm"), w)
        ends[robust] = w[0]
    assert abs(ends["none"] - 2.6) <= 1e-9 and all(0.9 < ends[r] < 1.2 for r in ("huber", "cauchy", "soft_l1")), ends


def python_residuals_that_do_not_fit_refused():
    w = np.ones(2)
    raises(ValueError, "what Residuals are given has shape (6,), (5,)", lgd.Residuals(2, 5, decay).eval, w)
    raises(ValueError, "the derivative of Residuals has shape (2, 6), (6, 2)",
           lgd.Residuals(2, 6, decay, lambda w: decay_derivative(w).T).eval, w)
    raises(ValueError, "jacobian of Residuals is 'given'", lgd.Residuals, 2, 6, decay, jacobian="given")
    raises(ValueError, "jacobian of Residuals is 'central'", lgd.Residuals, 2, 6, decay, decay_derivative, jacobian="central")
    raises(ValueError, "robust of Residuals is 'tukey', one of none, huber", lgd.Residuals, 2, 6, decay, robust="tukey")
    raises(ZeroDivisionError, "", lgd.minimize, lgd.Residuals(2, 6, lambda w: 1 // 0), lgd.Optimizer("lm"), w)
    raises(lgd.Error, "weight", lgd.Residuals, 2, 6, decay, weights=np.array([1, 1, -1, 1, 1, 1.0]))


def regression(outputs=1):
    data, _ = problem()
    shape = (200,) if outputs == 1 else (200, outputs)
    y = (data @ np.arange(5.0 * outputs).reshape(5, -1)).reshape(shape) + lgd.uniform(7, 0, 200 * outputs).reshape(shape)
    return data, y, np.column_stack([data, np.ones(200)])


def python_least_squares_at_once_as_numpy_has_it():
    data, y, A = regression()
    exact, rss, rank, singular = np.linalg.lstsq(A, y, rcond=None)
    for a in storages(data):
        f = lgd.Glm(lgd.Matrix(a), y, intercept=True)
        for solver in ("auto", "qr", "svd", "reduction"):
            fit = f.least_squares(solver=solver, errors=True, covariance=True)
            assert np.abs(fit.w - exact).max() <= 1e-12 and abs(fit.rss - rss[0]) <= 1e-11 and fit.rank == 6, fit
            assert solver == "auto" or fit.solver == solver, fit
            expected = rss[0] / 194 * np.linalg.inv(A.T @ A)
            assert np.abs(fit.covariance - expected).max() <= 1e-13 and fit.freedom == 194, fit
            assert (fit.errors == f.least_squares(solver=solver, errors=True).errors).all()
    part = f.subset(np.arange(0, 200, 2)).least_squares()
    assert np.abs(part.w - np.linalg.lstsq(A[::2], y[::2], rcond=None)[0]).max() <= 1e-12 and part.errors is None


def python_dependent_columns_named_or_of_least_norm():
    data, y, _ = regression()
    twice = np.column_stack([data, data[:, 1]])
    f = lgd.Glm(lgd.Matrix(twice), y)
    error = raises(lgd.Error, "column", f.least_squares, solver="qr")
    assert error.status is lgd.Status.EINVAL and error.report.rank == 5, error.report
    assert np.abs(f.least_squares().w - np.linalg.lstsq(twice, y, rcond=None)[0]).max() <= 1e-11
    raises(lgd.Error, "", lgd.Glm(lgd.Matrix(twice), np.round(lgd.uniform(1, 0, 200)), "logistic").least_squares)
    raises(ValueError, "solver of least squares is 'lu', one of auto, qr", f.least_squares, solver="lu")


def python_quadratic_of_the_data_as_the_data():
    data, y, A = regression(2)
    f = lgd.Glm(lgd.Matrix(data), y, intercept=True, outputs=2, l2=0.01)
    q, w = f.quadratic(), np.linspace(-1, 1, 12)
    assert q.dim == 12 and q.terms == 1 and abs(q.eval(w)[0] - f.eval(w)[0]) <= 1e-13
    assert np.abs(q.eval(w)[1] - f.eval(w)[1]).max() <= 1e-13
    lgd.minimize(q, lgd.Optimizer("sgd:lr=auto"), w, max_epochs=2000)
    found = q.refine(f, w)
    assert np.abs(f.eval(w)[1]).max() <= 1e-15 and found.rank == 6 and found.passes == 2 and found.digits > 10, found
    raises(TypeError, "f of refine is a ndarray, lgd.Objective", q.refine, w, w)
    raises(lgd.Error, "", q.refine, f.subset(range(100)), w)


def python_quadratic_of_a_matrix_as_defined():
    Q, b = np.array([[3, 1], [1, 2.0]]), np.array([1, -1.0])
    q, w = lgd.Quadratic(Q, b, 4), np.array([2, 3.0])
    value, gradient = q.eval(w)
    assert value == 0.5 * w @ Q @ w + b @ w + 4 and (gradient == Q @ w + b).all() and lgd.Quadratic(Q).eval(w)[0] == 21
    lgd.minimize(q, lgd.Optimizer("cd"), w)
    assert np.abs(Q @ w + b).max() <= 1e-15, w
    raises(ValueError, "Q of Quadratic has shape (1, 2), (1, 1)", lgd.Quadratic, Q[:1])
    raises(ValueError, "b of Quadratic has shape (3,), (2,)", lgd.Quadratic, Q, np.ones(3))


def python_ridge_path_as_each_by_itself():
    for outputs in (1, 2):
        data, y, A = regression(outputs)
        f = lgd.Glm(lgd.Matrix(data), y, intercept=True, outputs=outputs)
        strengths = np.array([1e-4, 0.01, 1])
        path = f.ridge_path(strengths)
        for i, strength in enumerate(strengths):
            M = A.T @ A + 200 * strength * np.diag([1, 1, 1, 1, 1, 0])
            H = A @ np.linalg.solve(M, A.T)
            left_out = ((y.T - y.T @ H.T) / (1 - np.diag(H)))**2
            assert np.abs(path.W[i] - np.linalg.solve(M, A.T @ y).ravel()).max() <= 1e-11
            assert np.abs(path.error[i] - left_out.mean(axis=-1)).max() <= 1e-11 and path.error[i].shape == y.shape[1:]
            assert abs(path.freedom[i] - np.trace(H)) <= 1e-11
        best = path.error.reshape(3, -1).sum(axis=1).argmin()
        assert path.best == best and path.smallest < path.largest
        plain = f.ridge_path(strengths, errors=False)
        assert (plain.W == path.W).all() and plain.error is None and plain.best is None
    raises(lgd.Error, "-1", f.ridge_path, np.array([1, -1.0]))
    raises(TypeError, "strengths is a list", f.ridge_path, [1.0])


def python_lasso_path_ends_where_runs_end():
    data, y, _ = regression()
    f = lgd.Glm(lgd.Matrix(data), y, intercept=True)
    path = f.lasso_path(count=8, ratio=0.01)
    assert path.nonzeros[0] == 0 and (path.W[0, :5] == 0).all() and (np.diff(path.strength) < 0).all() and len(path.W) == 8
    assert set(path.stop) <= {lgd.Stop.GAP_TOL, lgd.Stop.ROUNDING} and (path.gap <= 1e-10 * path.f).all()
    for strength, point, value in zip(path.strength[::3], path.W[::3], path.f[::3]):
        l1 = lgd.Penalty.l1(strength)
        w = np.zeros(6)
        lgd.minimize(f, lgd.Optimizer("fista"), w, penalty=l1, gap_tol=1e-9, grad_tol=0, max_epochs=10000)
        assert abs(f.eval(w)[0] + l1.value(w[:5]) - value) <= 2e-9 * value, (strength, value)
        assert lgd.duality_gap(f, point, l1) <= 1e-9 * value
    low = np.array([0, 0, -1.0, 0, 0])
    net = f.quadratic().lasso_path(np.array([0.1, 0.01]), lower=low, upper=1, l1_ratio=0.5)
    assert (net.W[:, :5] <= 1).all() and (net.W[:, :5] >= low).all() and (net.strength == [0.1, 0.01]).all()
    assert (net.W[1, :5] == 1).any() and (f.lasso_path(np.array([0.01]), l1_ratio=0.5).W[:, :5] > 1).any()
    raises(ValueError, "strengths has shape (0,)", f.lasso_path, np.ones(0))
    raises(ValueError, "strengths has shape (2,), (3,)", f.lasso_path, np.ones(2), count=3)
    raises(lgd.Error, "ratio", f.lasso_path, ratio=2)


def waves(w):
    return float(np.sin(3 * w[0]) + 0.1 * w[0]**2), 3 * np.cos(3 * w) + 0.2 * w


def python_best_of_several_starts_kept():
    f, opt, w = lgd.Function(1, waves), lgd.Optimizer("lbfgs"), np.zeros(1)
    W0 = np.array([[4], [1.2], [-0.4], [-4.0]])
    found = lgd.minimize_starts(f, opt, w, dict(W0=W0))
    alone = []
    for start in W0:
        v = start.copy()
        lgd.minimize(f, lgd.Optimizer("lbfgs"), v)
        alone.append(v)
    assert (found.W == alone).all() and found.best == 2 and (w == alone[2]).all() and found.minima == 4 == found.runs
    assert found.f == min(report.f for report in found.reports) and found.reports[0].stop is lgd.Stop.GRAD_TOL
    box = dict(starts=9, lower=np.array([-5.0]), upper=np.array([5.0]), draw="latin", seed=1)
    drawn = lgd.minimize_starts(f, opt, w, box, max_steps=0, f_target=found.f + 1e-9)
    assert abs(w - alone[2]).max() <= 1e-3 and 1 <= drawn.runs <= 9 and len(drawn.reports) == drawn.runs
    raises(lgd.Error, "starts", lgd.minimize_starts, f, opt, w, dict(lower=w, upper=w))
    raises(ValueError, "W0 has shape (4, 1), (3, 1)", lgd.minimize_starts, f, opt, w, dict(W0=W0, starts=3))
    raises(TypeError, "starts has no option w0", lgd.minimize_starts, f, opt, w, dict(w0=W0))
    raises(ZeroDivisionError, "", lgd.minimize_starts, f, opt, w, dict(W0=W0), lambda p: 1 // 0)


# ---- models, choosing, judging


def python_losses_from_text_as_defined():
    data, y = problem()
    X, w = lgd.Matrix(data), np.linspace(-1, 1, 5)
    e = data @ w - y
    for text, expected in (("huber:delta=0.5", np.where(abs(e) <= 0.5, e * e / 2, 0.5 * (abs(e) - 0.25))),
                           ("quantile:tau=0.9", np.where(e < 0, -0.9 * e, 0.1 * e)), ("log_cosh", np.log(np.cosh(e))),
                           ("poisson", np.exp(e + y) - y * (e + y)), ("epsilon_insensitive", np.maximum(abs(e) - 0.1, 0))):
        loss = lgd.Loss(text)
        assert loss.text.startswith(text) and abs(lgd.Glm(X, y, loss).eval(w)[0] - expected.mean()) <= 1e-14, text
    assert lgd.Loss("huber").text == "huber:delta=1.35"
    f = lgd.Glm(X, y, "huber:delta=0.5", l2=0.25)
    assert "huber:delta=0.5" in f.describe() and "0.25" in f.describe(), f.describe()
    assert "adam:" in lgd.describe(f, lgd.Optimizer("adam"), max_epochs=7) and "7" in lgd.describe(f, lgd.Optimizer("adam"), max_epochs=7)
    raises(lgd.Error, "delta", lgd.Loss, "huber:delta=-1")
    raises(TypeError, "loss is a int, lgd.Loss is accepted", lgd.Glm, X, y, 3)


def python_softmax_with_weights_of_classes():
    data, _ = problem()
    y = np.floor(3 * lgd.uniform(5, 0, 200))
    weights = np.array([1, 2, 0.5])
    f = lgd.Glm(lgd.Matrix(data), y, "softmax", outputs=3, intercept=True, l2=0.1, class_weights=weights)
    each = lgd.Glm(lgd.Matrix(data), y, "softmax", outputs=3, intercept=True, l2=0.1, weights=weights[y.astype(int)])
    w = np.zeros(f.dim)
    assert lgd.minimize(f, lgd.Optimizer("newton"), w).stop is lgd.Stop.GRAD_TOL
    assert np.abs(each.eval(w)[1]).max() <= 1e-6 and np.abs(f.predict(w).sum(axis=1) - 1).max() <= 1e-14
    raises(lgd.Error, "3", lgd.Glm, lgd.Matrix(data), y + 1, "softmax", outputs=3)
    raises(ValueError, "class_weights of Glm has shape (2,), (3,)", lgd.Glm, lgd.Matrix(data), y, "softmax", outputs=3,
           class_weights=weights[:2])
    apart = lgd.minimize(lgd.Glm(lgd.Matrix(data), (data[:, 0] > 0.5).astype(float), "logistic", intercept=True),
                         lgd.Optimizer("lbfgs"), np.zeros(6), max_epochs=5000)
    assert apart.stop is lgd.Stop.SEPARABLE, apart


def python_standard_errors_by_likelihood_and_sandwich():
    data, y = problem()
    y = np.where(lgd.uniform(9, 0, 200) < 0.3, 1 - y, y)
    f, w = lgd.Glm(lgd.Matrix(data), y, "logistic"), np.zeros(5)
    lgd.minimize(f, lgd.Optimizer("newton"), w)
    p = f.predict(w)
    inverse = np.linalg.inv(data.T @ (data * (p * (1 - p))[:, None]))
    errors, covariance = f.standard_errors(w)
    assert np.abs(covariance - inverse).max() <= 1e-12 * inverse.max() * 100 and np.allclose(errors**2, np.diag(covariance), 1e-14)
    meat = data.T @ (data * ((p - y)**2)[:, None])
    assert np.allclose(f.standard_errors(w, "hc0")[1], inverse @ meat @ inverse, 1e-9, 1e-12)
    frozen = np.array([False, False, True, False, False])
    assert f.standard_errors(w, frozen=frozen)[0][2] == 0 and (f.standard_errors(w, frozen=frozen)[0] <= errors + 1e-12).all()
    raises(ValueError, "kind of standard errors is 'hc2', one of model, hc0, hc1", f.standard_errors, w, "hc2")


def python_network_as_numpy_has_it():
    data, y = problem()
    f = lgd.Mlp(lgd.Matrix(data), y, "logistic", hidden=[4, 3], activation=["tanh", "softplus"], l2=0.01)
    w = f.initialise(seed=3, kind="glorot")
    (W1, b1), (W2, b2), (W3, b3) = (f.layer(l, w) for l in range(3))
    a = np.logaddexp(0, np.tanh(data @ W1.T + b1) @ W2.T + b2)
    p = 1 / (1 + np.exp(-(a @ W3.T + b3)[:, 0]))
    value, g = f.eval(w)
    expected = -np.mean(y * np.log(p) + (1 - y) * np.log1p(-p)) + 0.005 * sum((W**2).sum() for W in (W1, W2, W3))
    assert abs(value - expected) <= 1e-14 and np.abs(f.predict(w) - p).max() <= 1e-14 and f.check_gradient(w).error <= 1e-7
    assert abs((f.layer_norms(g)**2).sum() - g @ g) <= 1e-14 and len(w) == 5 * 4 + 4 * 3 + 3 + 4 + 3 + 1
    h = lgd.History()
    report = lgd.minimize(f, lgd.Optimizer("adam:lr=0.02"), w, batch_size=20, max_epochs=60, history=h)
    assert report.f < value / 2 and len(h["part 2"]) == 60
    single = lgd.Mlp(lgd.Matrix(data), y, "logistic", hidden=[4, 3], activation=["tanh", "softplus"], l2=0.01, single=True)
    assert 0 < abs(single.eval(w)[0] - f.eval(w)[0]) <= 1e-6
    raises(lgd.Error, "0", lgd.Mlp, lgd.Matrix(data), y, hidden=[4, 0])
    raises(ValueError, "activation of Mlp is 'elu'", lgd.Mlp, lgd.Matrix(data), y, hidden=[4], activation="elu")


def python_factorization_recovers_a_table_of_rank_one():
    truth = np.outer([1, 2, 3, 4.0], [1, 2, 3.0])
    row, col = np.array([0, 0, 1, 1, 2, 2, 3, 3]), np.array([0, 1, 1, 2, 0, 2, 0, 1])
    rating = truth[row, col]
    f = lgd.Factorization(4, 3, row, col, rating, rank=1, mean=0, low=0, high=20)
    w = f.initialise(seed=1, scale=1)
    assert lgd.minimize(f, lgd.Optimizer("lbfgs"), w, grad_tol=1e-12, max_epochs=1000).f <= 1e-15
    mean, U, V, b, c = f.factors(w)
    assert mean == 0 and np.abs(U @ V.T - truth).max() <= 1e-6 and len(b) == len(c) == 0
    assert np.abs(f.predict(w, np.array([3, 0]), np.array([2, 2])) - [12, 3]).max() <= 1e-6
    columns, scores = f.top(w, 3, 3, unseen=True)
    assert list(columns) == [2] and abs(scores[0] - 12) <= 1e-6 and list(f.top(w, 3, 2)[0]) == [2, 1]
    raises(lgd.Error, "entry 1", lgd.Factorization, 4, 3, row, col, rating + 100 * (np.arange(8) == 1), rank=1, low=0, high=20)
    raises(ValueError, "col has shape (7,), (8,)", lgd.Factorization, 4, 3, row, col[:7], rating, rank=1)


def python_missing_cells_and_scales_of_some_rows():
    data, y = problem()
    holes = data.copy()
    holes[::7, 2] = np.nan
    rows = np.arange(0, 100)
    filled = np.where(np.isnan(holes), np.nanmean(holes[:100], axis=0), holes)
    X = lgd.Matrix.imputed(holes).imputed_on(range(100)).standardized(rows)
    shift, scale, constant = X.scaling()
    assert np.abs(shift - filled[:100].mean(axis=0)).max() <= 1e-14 and np.abs(scale - filled[:100].std(axis=0)).max() <= 1e-14
    assert not constant.any() and np.abs(lgd.Glm(X, y).predict(np.ones(5)) - ((filled - shift) / scale).sum(axis=1)).max() <= 1e-12
    raises(lgd.Error, "column 0", lgd.Matrix.imputed, np.full((2, 2), np.nan))
    raises(TypeError, "data of imputed has dtype float32", lgd.Matrix.imputed, np.ones((2, 2), np.float32))


def python_folds_and_cross_validation():
    data, y = problem()
    split = lgd.Split(200, 5, classes=y, seed=4)
    parts = [split[i] for i in range(len(split))]
    assert sorted(np.concatenate([part for part, _ in parts])) == list(range(200)) and len(parts[0][1]) == 160
    assert max(y[p].sum() for p, _ in parts) - min(y[p].sum() for p, _ in parts) <= 1
    f = lgd.Glm(lgd.Matrix(data), y, "logistic", l2=0.01)

    def fold(train, test):
        w = np.zeros(5)
        lgd.minimize(f.subset(train), lgd.Optimizer("lbfgs"), w)
        return lgd.Glm(f.matrix, y, "logistic").eval(w, test)[0]
    mine = lgd.cross_validate(split, fold)
    theirs = lgd.cross_validate_glm(split, f.matrix, y, "logistic", glm=dict(l2=0.01), accuracies=True)
    assert np.abs(mine.scores - theirs.scores).max() <= 1e-14 and 0.5 < theirs.accuracy == theirs.accuracies.mean() and theirs.W.shape == (5, 5)
    assert abs(mine.standard_error - mine.scores.std(ddof=1) / 5**0.5) <= 1e-15
    raises(ZeroDivisionError, "", lgd.cross_validate, split, lambda train, test: 1 // 0)
    raises(lgd.Error, "parts", lgd.Split, 3, 4)
    raises(IndexError, "part is 5", split.__getitem__, 5)
    assert [len(lgd.Split(10, 2, shares=[4, 1])[i][0]) for i in (0, 1)] == [8, 2]


def python_best_setting_chosen():
    seen = []

    def try_one(point, text):
        seen.append(text)
        return (np.log10(point["lr"]) + 2)**2 + point["l2"], 0.5
    axes = dict(lr=dict(low=1e-4, high=1, count=5, log=True), l2=[0, 1])
    found = lgd.choose(axes, try_one, optimizer="adam:lr={lr}")
    assert found.candidates == 10 and abs(found.point["lr"] - 0.01) <= 1e-15 and found.point["l2"] == 0 and found.score <= 1e-20
    assert found.points.shape == (10, 2) and (found.errors == 0.5).all() and float(seen[4][8:]) == found.point["lr"], seen
    assert lgd.choose(axes, lambda point, text: point["lr"], draws=20, maximize=True).candidates == 20
    raises(lgd.Error, "rate", lgd.choose, axes, try_one, optimizer="adam:lr={rate}")
    raises(ZeroDivisionError, "", lgd.choose, axes, lambda point, text: 1 // 0)


def python_several_rates_their_range_and_a_diagnosis():
    data, y = problem()
    f = lgd.Glm(lgd.Matrix(data), y, "logistic", l2=0.01)
    rates, W = np.array([0.1, 1.0]), np.zeros((2, 5))
    histories = [lgd.History(), lgd.History()]
    reports = lgd.minimize_rates(f, lgd.Optimizer("sgd"), rates, W, histories=histories, max_epochs=200)
    for rate, end, report in zip(rates, W, reports):
        w = np.zeros(5)
        alone = lgd.minimize(f, lgd.Optimizer(f"sgd:lr={rate}"), w, max_epochs=200)
        assert np.abs(w - end).max() <= 1e-12 and alone.steps == report.steps and alone.stop is report.stop
    start = np.zeros(5)
    found = lgd.rate_range(f, lgd.Optimizer("sgd"), start, steps=60)
    C = f.curvature(start).largest
    assert 0.1 / C < found.suggestion < 2 / C and len(found.rates) == found.steps <= 60 and (start == 0).all(), found
    said = lgd.diagnose(histories[0], reports[0].stop)
    assert said.label == "slow" and said.lr_better > 0.1 and said.evidence and said.remedy, said
    rising = 10.0 ** np.arange(20)
    assert lgd.diagnose(dict(loss=rising)).label == "diverging"
    layers = [np.full(20, 1e-9), np.full(20, 1.0)]
    vanishing = lgd.diagnose(dict(loss=np.linspace(1, 0.99, 20), lr=np.full(20, 0.1), grad_norm=np.ones(20)), parts=layers)
    assert vanishing.label == "vanishing" and vanishing.part == 0, vanishing
    raises(TypeError, "diagnose has no series losses", lgd.diagnose, dict(losses=rising))


def python_piecewise_minimum_is_a_quantile():
    y = np.array([3, 1, 4, 1.5, 9, 2.6, 5])
    f, w = lgd.Glm(lgd.Matrix(np.ones((7, 1))), y, "quantile:tau=0.3"), np.zeros(1)
    found = lgd.minimize_piecewise(f, w)
    assert abs(w[0] - np.sort(y)[2]) <= 1e-12 and found.gap <= 1e-10 * found.f and found.kinks == 1, (w, found)
    assert abs(found.multipliers.sum()) <= 1e-9 and ((found.multipliers >= -0.3) & (found.multipliers <= 0.7)).all()
    raises(lgd.Error, "half_squared", lgd.minimize_piecewise, lgd.Glm(lgd.Matrix(np.ones((7, 1))), y), w)


def python_clients_together_minimise_what_all_rows_do():
    data, y = problem()
    f = lgd.Glm(lgd.Matrix(data), y, "logistic", l2=0.01)
    clients = [f.subset(range(0, 60)), f.subset(range(60, 200))]
    w, alone = np.zeros(5), np.zeros(5)
    found = lgd.minimize_federated(clients, lgd.Optimizer("sgd:lr=1"), w, rounds=30, max_epochs=1)
    lgd.minimize(f, lgd.Optimizer("sgd:lr=1"), alone, max_steps=30, grad_tol=0)
    assert np.abs(w - alone).max() <= 1e-13 and found.rounds == 30 and abs(found.f - f.eval(w)[0]) <= 1e-14
    raises(TypeError, "client 1 is a ndarray", lgd.minimize_federated, [f, data], lgd.Optimizer("sgd"), w)


def python_patience_ends_at_the_best_point():
    data, y = problem()
    f = lgd.Glm(lgd.Matrix(data), np.where(lgd.uniform(3, 0, 200) < 0.3, 1 - y, y), "logistic")
    fitted, other = f.subset(range(12)), f.subset(range(12, 200))
    w, h = np.zeros(5), lgd.History()
    report = lgd.minimize(fitted, lgd.Optimizer("adam:lr=0.1"), w, validation=other, patience=5, max_epochs=2000, grad_tol=0,
                          history=h)
    assert report.stop is lgd.Stop.PATIENCE and abs(other.eval(w)[0] - report.f_validation) <= 1e-15, report
    assert report.f_validation == min(h["validation"]) == report.best_f
    raises(TypeError, "validation of minimize is a ndarray", lgd.minimize, f, lgd.Optimizer("sgd"), w, validation=data)


def python_plan_names_the_cheapest_way():
    plan = lgd.plan(10**6, 100, steps=1000)
    assert plan.way == "reduce" and plan.cost["reduce"].time == min(cost.time for cost in plan.cost.values() if cost.time)
    assert 1 < plan.break_even < 1000 and "reduce" in plan.text and lgd.plan(10**6, 100, steps=1).way == "stream"
    assert lgd.plan(50, 10, optimum=True, way="direct").way == "direct"
    raises(lgd.Error, "", lgd.plan, 0, 3)


# ---- lifetime


def python_arrays_dropped_by_the_caller_kept():
    for index in range(10):
        def make():
            data, y = problem()
            a = list(storages(data))[index]
            weights, offset = np.ones(200), np.zeros(200)
            f = lgd.Glm(lgd.Matrix(a).standardized(), y, "logistic", weights=weights, offset=offset)
            return f.subset(np.arange(150)), f.eval(np.ones(5), range(150))[0]
        f, expected = make()
        gc.collect()
        litter = [np.full(n, np.nan) for n in (150, 200, 1000, 1800, 3000) for _ in range(50)]
        assert abs(f.eval(np.ones(5))[0] - expected) <= 1e-13 and litter


def python_arrays_let_go_with_the_last_object():
    data, y = problem()
    for a in storages(data):
        before = sys.getrefcount(a), sys.getrefcount(y)
        X = lgd.Matrix(a)
        f = lgd.Glm(X, y)
        assert sys.getrefcount(a) > before[0] and sys.getrefcount(y) > before[1]
        del X, f
        assert (sys.getrefcount(a), sys.getrefcount(y)) == before


def python_closed_object_refused_those_above_it_not():
    data, y = problem()
    with lgd.Matrix(data) as X:
        f = lgd.Glm(X, y)
    value, _ = f.eval(np.ones(5))
    raises(ValueError, "this Matrix is closed", X.standardized)
    raises(ValueError, "this Matrix is closed", lgd.Glm, X, y)
    f.close()
    raises(ValueError, "this Glm is closed", f.eval, np.ones(5))
    assert value > 0


def python_objects_closed_by_a_callback_live_until_the_run_ends():
    data, y = problem()
    for a in storages(data):
        f, opt, h, w = lgd.Glm(lgd.Matrix(a), y), lgd.Optimizer("sgd"), lgd.History(), np.zeros(5)
        penalty = lgd.Penalty.l1(0.1)

        def close(_):
            for thing in (f.matrix, f, opt, h, penalty):
                thing.close()
            gc.collect()
        assert lgd.minimize(f, opt, w, close, history=h, penalty=penalty, max_epochs=3).epochs == 3
    f = lgd.Function(2, lambda w: (f.close(), quadratic(w))[1])
    assert f.eval(np.ones(2))[0] == 2


def python_float32_reshaped_in_place_the_matrix_stays():
    data, y = problem()
    a = data.astype(np.float32)
    f = lgd.Glm(lgd.Matrix(a), y)
    before, _ = f.eval(np.ones(5))
    a.shape = (5, 200)
    assert f.eval(np.ones(5))[0] == before


def python_objects_not_pickled_but_reports_and_errors_are():
    for thing in (lgd.Matrix(np.ones((2, 2))), lgd.Optimizer("adam"), lgd.Penalty.l1(1)):
        raises(TypeError, "neither pickled nor copied", pickle.dumps, thing)
        raises(TypeError, "neither pickled nor copied", copy.deepcopy, thing)
    error = raises(lgd.Error, "would hold", lgd.minimize, lgd.Function(2, quadratic), lgd.Optimizer("sgd:lr=3"), np.ones(2))
    other = pickle.loads(pickle.dumps(error))
    assert (str(other), other.status, repr(other.report)) == (str(error), error.status, repr(error.report))  # NaN is not NaN


CASES = [case for name, case in list(globals().items()) if name.startswith("python_")]
print(f"1..{len(CASES)}")
bad = 0
try:
    importlib.import_module("numpy")
    lacking = ""
except ImportError:
    lacking = " # SKIP needs NumPy (on Debian: python3-numpy)"
if not lacking:
    start()
for number, case in enumerate(CASES, 1):
    try:
        skipped = lacking or case() or ""
        print(f"ok {number} {case.__name__}{skipped}", flush=True)
    except Exception as problem_found:
        bad += 1
        said = f"{type(problem_found).__name__}: {problem_found}".splitlines()[:40]
        print(f"not ok {number} {case.__name__}", *(f"# {line}" for line in said), sep="\n", flush=True)
sys.exit(bad > 0)
