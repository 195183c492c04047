// A program of someone who calls libgd from C++98 or anything later: handles free themselves, errors become exceptions, the
// function to minimise and the callback are plain functions. Rosenbrock's function; prints the minimum, and the sentence
// of a rate that is refused.
#include <lgd.h>
#include <cstdio>
#include <stdexcept>
#include <vector>

template <class T, void (*release)(T *)>
class handle {
public:
    handle() : p_(0) {}
    ~handle() { release(p_); }
    operator T *() const { return p_; }
    T **out() { return &p_; }

private:
    handle(const handle &);
    handle &operator=(const handle &);
    T *p_;
};

static void check(lgd_status st)
{
    if (st)
        throw std::runtime_error(lgd_last_error());
}

// No exception may pass through the library, so what it calls throws none.
extern "C" {
static lgd_status rosenbrock(void *, size_t, const double *w, double *f, double *g)
{
    const double a = 1 - w[0], b = w[1] - w[0] * w[0];
    *f = a * a + 100 * b * b;
    if (g) {
        g[0] = -2 * a - 400 * w[0] * b;
        g[1] = 200 * b;
    }
    return LGD_OK;
}

static int watch(void *ctx, const lgd_progress *p)
{
    (void)p;
    ++*static_cast<size_t *>(ctx);
    return 0;
}
}

static void fit()
{
    handle<lgd_objective, lgd_objective_free> f;
    handle<lgd_optimizer, lgd_optimizer_free> opt;
    std::vector<double> w(2, 0.0);
    size_t calls = 0;
    lgd_minimize_options run = lgd_minimize_options();
    lgd_report report;
    run.max_epochs = 100000;
    run.grad_tol_abs = 1e-8;
    run.callback = watch;
    run.callback_ctx = &calls;

    check(lgd_function_create(f.out(), w.size(), rosenbrock, 0));
    check(lgd_optimizer_parse(opt.out(), "nesterov:lr=0.001,momentum=0.9"));
    check(lgd_minimize(f, opt, &w[0], &run, &report));
    std::printf("(%.4f, %.4f): %s, %s\n", w[0], w[1], lgd_stop_string(report.stop),
                calls == report.steps ? "a call for each step" : "calls are missing");

    handle<lgd_optimizer, lgd_optimizer_free> none;
    check(lgd_optimizer_parse(none.out(), "adam:lr=-1"));
}

int main()
{
    try {
        fit();
    } catch (const std::runtime_error &e) {
        std::printf("%s\n", e.what());
        return 0;
    }
    return 1;
}
