/* Written by record_traces.py with PyTorch 1.13.0a0, in double: the point after some steps of each run. */
#ifndef LGD_TESTS_REFERENCE_TRACES_H
#define LGD_TESTS_REFERENCE_TRACES_H
/* clang-format off */

enum { TRACE_DIM = 6, TRACE_POINTS = 6 };

typedef struct trace {
    const char *name;
    double factor; /* the rate of step t is factor^(t-1) times that of the optimizer */
    double w[TRACE_POINTS][TRACE_DIM];
} trace;

static const unsigned trace_step[TRACE_POINTS] = {1, 2, 5, 10, 20, 50};
static const double trace_scale[TRACE_DIM] = {0.5, 1.0, 1.5, 2.0, 2.5, 3.0};
static const double trace_centre[TRACE_DIM] = {5.0, -4.0, 3.0, -6.0, 4.0, -3.0};
static const double trace_start[TRACE_DIM] = {0.0, 1.0, -1.0, 0.5, 0.0, -0.5};

static const trace traces[] = {
    /* SGD(lr=0.01) */
    {"sgd", 1.0, {
        {-0x1.47ae147ae147bp-9, 0x1.e924c6659118ep-1, -0x1.01bec2c58e85ap+0,
         0x1.4eb35c478505fp-2, 0x1.999999999999ap-6, -0x1.59b26d494e755p-1},
        {-0x1.090b9b13c2251p-8, 0x1.d3a4e2255b646p-1, -0x1.02454b2390c4cp+0,
         0x1.51369c2e3d5b4p-3, 0x1.e816d424441a6p-5, -0x1.a986802b3bf0cp-1},
        {-0x1.0d8b11a412edap-8, 0x1.99c9cb5980e52p-1, -0x1.fc1f960e3efb2p-1,
         -0x1.1163653ef3136p-2, 0x1.a378a1bf0cc7fp-3, -0x1.34f9b62b71e3dp+0},
        {0x1.8959e57f5c785p-8, 0x1.491b869b7d2f7p-1, -0x1.d49aab7371c6bp-1,
         -0x1.b4947f41bef50p-1, 0x1.0a072e509b2a4p-1, -0x1.a02c3a39281dcp+0},
        {0x1.6b300e1608bbdp-5, 0x1.914c12ff841b3p-2, -0x1.5b70250a33f5ap-1,
         -0x1.bd6a010cf9df2p+0, 0x1.2e6f8edc9a9c7p+0, -0x1.09fb8bb412c21p+1},
        {0x1.83c2c63de365ep-3, -0x1.2aa06b6be87c8p-3, 0x1.5ebb3e2504809p-4,
         -0x1.b56f29fa11860p+1, 0x1.4530dd79c6a45p+1, -0x1.4968e3b13e547p+1},
    }},
    /* SGD(lr=0.01, momentum=0.9) */
    {"momentum", 1.0, {
        {-0x1.47ae147ae147bp-9, 0x1.e924c6659118ep-1, -0x1.01bec2c58e85ap+0,
         0x1.4eb35c478505fp-2, 0x1.999999999999ap-6, -0x1.59b26d494e755p-1},
        {-0x1.9c80577e411efp-8, 0x1.bf12c7e72ac79p-1, -0x1.03d760d55dd69p+0,
         0x1.2130f155fff8ap-7, 0x1.50345fd4b1696p-4, -0x1.fa40af539c272p-1},
        {-0x1.9c91b8eb74b8dp-8, 0x1.f3b315c4960acp-2, -0x1.ea48092b61e7ap-1,
         -0x1.76fce69ed5dc9p+0, 0x1.2ae07449d29dcp-1, -0x1.229b4c076f30dp+1},
        {0x1.de62ef2cccc7fp-4, -0x1.90c01375a5fe9p-3, -0x1.9e067bb7249e0p-3,
         -0x1.fc6abf9128855p+1, 0x1.6af2fd72e13fap+1, -0x1.a88f217f1c499p+1},
        {0x1.209fbe8d6168cp-1, -0x1.4a014bfe035d0p+0, 0x1.02f05c8195dd1p+1,
         -0x1.bb1217fe20b8dp+2, 0x1.52e2dcec948ddp+2, -0x1.97ed9cf7ed6dap+1},
        {0x1.61bf96d923f2cp+0, -0x1.64393ac26aaa5p+1, 0x1.39e9440cd1c86p+1,
         -0x1.5b00714d087d6p+2, 0x1.e7ddf1dbd0d6dp+1, -0x1.681daf1091243p+1},
    }},
    /* SGD(lr=0.02, momentum=0.9) */
    {"momentum_schedule", 0.9, {
        {-0x1.47ae147ae147bp-8, 0x1.d2498ccb2231cp-1, -0x1.037d858b1d0b4p+0,
         0x1.3acd711e1417dp-3, 0x1.999999999999ap-5, -0x1.b364da929ceaap-1},
        {-0x1.4b43964f2e2cdp-7, 0x1.890253e192cafp-1, -0x1.05117095deddfp+0,
         -0x1.9877fdbffd289p-2, 0x1.5c2513bbac4e3p-3, -0x1.615e88487ae4fp+0},
        {0x1.7a9d3dd4ead17p-7, 0x1.1970acf986f4dp-2, -0x1.a8f6c2a99ff6cp-1,
         -0x1.220666062406bp+1, 0x1.154b67248cea7p+0, -0x1.66063676726c4p+1},
        {0x1.4883fabfedea7p-3, -0x1.0c88c87e873d8p-2, 0x1.1082e133f216ap-5,
         -0x1.0b226c2c8b7c3p+2, 0x1.a6188a3933d3ep+1, -0x1.8f9087186c8a4p+1},
        {0x1.77bca4cb2eeadp-2, -0x1.7ac9b7bc58feap-1, 0x1.12b94183b7566p+0,
         -0x1.5f35001bc1b95p+2, 0x1.227fab984c43cp+2, -0x1.77f674de0b66dp+1},
        {0x1.dc545a890c3d4p-2, -0x1.ed3a85bf30ff3p-1, 0x1.70f08f8ce8e23p+0,
         -0x1.721484f998776p+2, 0x1.0e4bcbd1a1bd6p+2, -0x1.86c2c3deee886p+1},
    }},
    /* SGD(lr=0.01, momentum=0.9, dampening=0.3) */
    {"momentum_dampening", 1.0, {
        {-0x1.47ae147ae147bp-9, 0x1.e924c6659118ep-1, -0x1.01bec2c58e85ap+0,
         0x1.4eb35c478505fp-2, 0x1.999999999999ap-6, -0x1.59b26d494e755p-1},
        {-0x1.7e23c5a45bde9p-8, 0x1.c585f2c73ae42p-1, -0x1.03af04b929f6ep+0,
         0x1.d6ec5e63426bfp-5, 0x1.25b611edf91dbp-4, -0x1.e24ddcdca1b55p-1},
        {-0x1.3795f0d4300afp-7, 0x1.296681d5b934fp-1, -0x1.fa37d9634cb90p-1,
         -0x1.1cd03a80f019dp+0, 0x1.afc66f72ecff1p-2, -0x1.feb55e5a89925p+0},
        {0x1.eac167c668131p-5, 0x1.2d8e9477bad56p-6, -0x1.118d0a9bb3622p-1,
         -0x1.9a3811d8af20ap+1, 0x1.f702916c5436bp+0, -0x1.951300e93854bp+1},
        {0x1.983e2fbc2dab7p-2, -0x1.ac7ece43a40dep-1, 0x1.434bd97e821c8p+0,
         -0x1.76552a2ebf586p+2, 0x1.42e28ff000b56p+2, -0x1.77a30627a218dp+1},
        {0x1.1e1f4a58988d5p+0, -0x1.257d766edb583p+1, 0x1.6a5f47b8cc3f4p+1,
         -0x1.672596b530cdcp+2, 0x1.c2fbee7df7c87p+1, -0x1.74e4d7b032f9dp+1},
    }},
    /* SGD(lr=0.01, momentum=0.9, nesterov=True) */
    {"nesterov", 1.0, {
        {-0x1.374bc6a7ef9dbp-8, 0x1.d492ac27607c1p-1, -0x1.0350d8775b977p+0,
         0x1.5e432b762cb02p-3, 0x1.851eb851eb852p-5, -0x1.aa6c9c71aeabcp-1},
        {-0x1.08987bb7d0ae0p-7, 0x1.9b89237f21f90p-1, -0x1.03a47085c010fp+0,
         -0x1.08c1d8e51dd7bp-2, 0x1.32de7599be505p-3, -0x1.3cfcc97b1096ep+0},
        {0x1.54fb0d303d977p-7, 0x1.97f7dacc847bfp-2, -0x1.b5ae93e43f1edp-1,
         -0x1.c9f74924b9c52p+0, 0x1.cd281ddba9580p-1, -0x1.32a3d82d8b19ep+1},
        {0x1.4b57947566f48p-3, -0x1.009514a5dfde5p-2, 0x1.f5059875b9602p-6,
         -0x1.05479c1a09edfp+2, 0x1.93679abda3b89p+1, -0x1.8a30c89a6d869p+1},
        {0x1.2e928d59f58fep-1, -0x1.4f05bcf06bf4ep+0, 0x1.0573d899d436dp+1,
         -0x1.aa673c087d29cp+2, 0x1.36e9d5b190254p+2, -0x1.94e32fbbfe5bdp+1},
        {0x1.6161975ee8890p+0, -0x1.557d4228bace0p+1, 0x1.3e63775fa8f05p+1,
         -0x1.62224ea3f73ecp+2, 0x1.e13ec1fba924ap+1, -0x1.6f590bf593e8cp+1},
    }},
    /* Adagrad() */
    {"adagrad", 1.0, {
        {-0x1.47ae1478ae548p-7, 0x1.fae147ae14f90p-1, -0x1.028f5c28f425bp+0,
         0x1.f5c28f5c2936dp-2, 0x1.47ae147aa8fc3p-7, -0x1.051eb851eb650p-1},
        {-0x1.140e4239325eep-6, 0x1.f7456fe813a4dp-1, -0x1.044d6fad408c3p+0,
         0x1.ee884f51428ebp-2, 0x1.18112b7738775p-6, -0x1.08bafc1a599e2p-1},
        {-0x1.fd9fbbb43f8eap-6, 0x1.ef83f05157d2dp-1, -0x1.07e67c1e0b724p+0,
         0x1.defa49ca53f10p-2, 0x1.09afdb68103e2p-5, -0x1.107e400de1480p-1},
        {-0x1.80f34127018f6p-5, 0x1.e6731a371d8fep-1, -0x1.0bda436b445b1p+0,
         0x1.ccc375304b550p-2, 0x1.9da0ff5fd15a2p-5, -0x1.19925e0ac93eap-1},
        {-0x1.173517a021e83p-4, 0x1.d9784354674a0p-1, -0x1.10fa5f4b7311ap+0,
         0x1.b2a151aaa8812p-2, 0x1.398e79093d951p-4, -0x1.2693c43c67c14p-1},
        {-0x1.a883ba7ef1a3bp-4, 0x1.bfaae7b886463p-1, -0x1.18bf2990a6943p+0,
         0x1.7e80a517d3008p-2, 0x1.0802e57924eedp-3, -0x1.4072678471cafp-1},
    }},
    /* Adagrad(lr=0.5, lr_decay=0.1) */
    {"adagrad_decay", 1.0, {
        {-0x1.fffffffc90640p-2, 0x1.0000000018a14p-1, -0x1.7fffffffaf5b0p+0,
         0x1.966a000000000p-39, 0x1.ffffffffa80a0p-2, -0x1.fffffffff9b96p-1},
        {-0x1.8bf3c1e858110p-4, 0x1.f9881146c3cc4p-3, -0x1.13f94bc93f454p+0,
         -0x1.263a3f247f727p-2, 0x1.ba24cd29f2eaap-1, -0x1.447f2be7fed0dp+0},
        {0x1.b1bfc7e907358p-3, -0x1.d8d8d0f9759f8p-3, -0x1.2a53e01824c2ap-1,
         -0x1.a3512021e16dap-1, 0x1.55efbd66b0e84p+0, -0x1.ba1dbca257e8ep+0},
        {0x1.a1319a118176ep-2, -0x1.3f08610fe3278p-1, -0x1.8dbb99672195bp-3,
         -0x1.47e44b0c3a4ccp+0, 0x1.bc55fa2929fa7p+0, -0x1.0a51285dba4c3p+1},
        {0x1.2df0a65580445p-1, -0x1.f947a5cf3b020p-1, 0x1.320cdc91aa861p-3,
         -0x1.bc24ecde4d1a7p+0, 0x1.0df7720ad73f8p+1, -0x1.30e5e6403feb0p+1},
        {0x1.9c112275416a6p-1, -0x1.608dfa3e81ce1p+0, 0x1.050e425f47b23p-1,
         -0x1.1fd151d68e509p+1, 0x1.3f9c1a7b7ef57p+1, -0x1.547751a9fb63ap+1},
    }},
    /* Adagrad(lr=0.5, initial_accumulator_value=0.1, eps=0.0001) */
    {"adagrad_initial", 1.0, {
        {-0x1.3d733e65a33edp-2, 0x1.00a545c9b4e9cp-1, -0x1.7419877b33d37p+0,
         0x1.69cafc38c2000p-14, 0x1.fbeeae6ca2633p-2, -0x1.fff4f3b7456f7p-1},
        {0x1.b25609c756820p-7, 0x1.bea827f2ba152p-3, -0x1.00ee3881de0c7p+0,
         -0x1.45043f5e0a3cep-2, 0x1.c84b206625425p-1, -0x1.4ba64b9638327p+0},
        {0x1.2afab038002d2p-2, -0x1.86ef90bc67422p-2, -0x1.9bb87703668b0p-2,
         -0x1.fc976c26238e7p-1, 0x1.7c13b754de654p+0, -0x1.ddaf493e658d2p+0},
        {0x1.24c2e93cb482ep-1, -0x1.efcfd634d0aedp-1, 0x1.3f03afafa93c7p-3,
         -0x1.bb0823331657bp+0, 0x1.0bf6b9eb15615p+1, -0x1.2ec9dd5894a40p+1},
        {0x1.e3b54b784fb9cp-1, -0x1.9c2941755cdd7p+0, 0x1.8bb4c794e2286p-1,
         -0x1.5773c60936213p+1, 0x1.5e69a691966e7p+1, -0x1.638507d6a533dp+1},
        {0x1.837cc58edfb93p+0, -0x1.27a62be125967p+1, 0x1.ab8298932eff7p+0,
         -0x1.0ab82ad68cee9p+2, 0x1.aebba44c11149p+1, -0x1.785dd269a2431p+1},
    }},
    /* RMSprop() */
    {"rmsprop", 1.0, {
        {-0x1.99998edcd2705p-4, 0x1.cccccce00ac89p-1, -0x1.1999995a98b49p+0,
         0x1.999999a385b5ep-2, 0x1.99999886b8dbap-4, -0x1.3333332e4bf95p-1},
        {-0x1.194cc1fd4bcaap-3, 0x1.a9b9306bad29cp-1, -0x1.20d4fa013fcdap+0,
         0x1.525e081b5da05p-2, 0x1.627489a373a84p-3, -0x1.56769b37a18efp-1},
        {-0x1.1f334ccbb6d24p-3, 0x1.5f61e13d3b624p-1, -0x1.14fd897d5637bp+0,
         0x1.73edcbcd94e6fp-3, 0x1.50e4056ac118ap-2, -0x1.a10599b14892bp-1},
        {-0x1.3f63653dbc629p-4, 0x1.089bffa34379fp-1, -0x1.e49884e8a41b9p-1,
         0x1.c9760af675e38p-8, 0x1.029ce319de067p-1, -0x1.f6ebc2540c410p-1},
        {0x1.ba6e687d1260ap-6, 0x1.187a1aaf0421ep-2, -0x1.78e471042489fp-1,
         -0x1.f6c5a9a8fa2cbp-3, 0x1.8033aca08a982p-1, -0x1.37fb4501776c5p+0},
        {0x1.d948fc5c59a89p-3, -0x1.a49d1f6f308a6p-3, -0x1.5920acfbc7e0dp-2,
         -0x1.854df44465447p-1, 0x1.3c70995429359p+0, -0x1.acb0646be04a5p+0},
    }},
    /* RMSprop(lr=0.002, momentum=0.9) */
    {"rmsprop_momentum", 1.0, {
        {-0x1.47ae0be3db8d1p-6, 0x1.f5c28f6002282p-1, -0x1.051eb84551bdbp+0,
         0x1.eb851eba4df13p-2, 0x1.47ae139efa495p-6, -0x1.0a3d70a2dbfebp-1},
        {-0x1.a3d6fbd3992b5p-5, 0x1.e554e9e37c64bp-1, -0x1.0d1278cda165fp+0,
         0x1.ca9f81e37b8ffp-2, 0x1.ac2ed4d911fadp-5, -0x1.1aaccb3a67178p-1},
        {-0x1.5550426420506p-3, 0x1.9f94d3a82e296p-1, -0x1.292bd77ec73cap+0,
         0x1.3e48528546ccfp-2, 0x1.895393abb564dp-3, -0x1.608fd9d4f82adp-1},
        {-0x1.0757d088a072dp-2, 0x1.132521e6dbcfbp-1, -0x1.348d1a9b6525dp+0,
         0x1.fa495360c9bdbp-6, 0x1.f2b0eea72f90ap-2, -0x1.edccdc4297648p-1},
        {0x1.1b8b7936f3269p-5, 0x1.6874f828d86b3p-6, -0x1.9b40c4737d95ap-1,
         -0x1.067f9c9322a55p-1, 0x1.10bfcb03bc14cp+0, -0x1.7b4f1817c5c6ap+0},
        {0x1.1c0495cec1a5cp-1, -0x1.ea374671d0d31p-1, 0x1.77de6242e1af7p-3,
         -0x1.a3ee9dd9fd1d0p+0, 0x1.07beac22bc0a5p+1, -0x1.3149d00ac1582p+1},
    }},
    /* RMSprop(centered=True) */
    {"rmsprop_centered", 1.0, {
        {-0x1.9ba9cf93e83c2p-4, 0x1.cc8ac4c5e152ap-1, -0x1.19ba9d6723657p+0,
         0x1.9915896ee8ee8p-2, 0x1.9ba9d956cbcefp-4, -0x1.33753b489a835p-1},
        {-0x1.1a7b387386288p-3, 0x1.a91e3b5feb07ap-1, -0x1.20ef6f89a78b4p+0,
         0x1.5123a868edaeep-2, 0x1.6504d18b02b84p-3, -0x1.57125a335ca7fp-1},
        {-0x1.1ddb8239811e6p-3, 0x1.5d57a7dbe8dbdp-1, -0x1.14a4d3fb4a1e5p+0,
         0x1.6b82a1eacb57fp-3, 0x1.554ac34dc454dp-2, -0x1.a31084d448ce9p-1},
        {-0x1.321d4e8ec9b37p-4, 0x1.0339e556ef271p-1, -0x1.e237d8f896dabp-1,
         -0x1.067cb7207d0e8p-8, 0x1.085340d7a0fc8p-1, -0x1.fc3d4a7d6d8e7p-1},
        {0x1.2f88b13bbea7fp-5, 0x1.f6dd8804b6c90p-3, -0x1.70553d77bd51ap-1,
         -0x1.1a69bee3b8a83p-2, 0x1.8f603f780cb5dp-1, -0x1.3f00d6864fb35p+0},
        {0x1.183728673d1c0p-2, -0x1.3dc147a2af1bdp-2, -0x1.0ba6fcbb22d2ep-2,
         -0x1.c372fb14c4eb9p-1, 0x1.58dae2d7f20aep+0, -0x1.c5509e517d816p+0},
    }},
    /* RMSprop(lr=0.002, alpha=0.9, momentum=0.9, centered=True) */
    {"rmsprop_both", 1.0, {
        {-0x1.b4e8177d29c2dp-8, 0x1.fc962fc9d073fp-1, -0x1.01b4e819e8163p+0,
         0x1.f92c5f92fe6b9p-2, 0x1.b4e81aecc5b59p-8, -0x1.0369d036811e9p-1},
        {-0x1.216bb01300e27p-6, 0x1.f6e8e2e448a1ep-1, -0x1.04847169d42ecp+0,
         0x1.edd09b7a119a0p-2, 0x1.233aad201d6dfp-6, -0x1.09174e1a8484fp-1},
        {-0x1.0fe9bbf750cacp-4, 0x1.dcc19e965fa5bp-1, -0x1.10d95cd90eea7p+0,
         0x1.b965db7dcfec3p-2, 0x1.1c09958185af8p-4, -0x1.234331557d88fp-1},
        {-0x1.4b27b394c069cp-3, 0x1.9dbef0f8dcd40p-1, -0x1.274781ad4fc51p+0,
         0x1.3a5b6dbc1238dp-2, 0x1.928d365c6ee71p-3, -0x1.626f0dac6c91fp-1},
        {-0x1.9733222e11ccep-3, 0x1.da08e11daa02ep-2, -0x1.236d1ce6aaae8p+0,
         -0x1.8c19e2c93813fp-5, 0x1.24946d11202bep-1, -0x1.0a184d1ecad00p+0},
        {0x1.7b915e11a3394p-1, -0x1.1ec6ceb5250abp+0, 0x1.f73d51953f894p-3,
         -0x1.1e30860e80a7bp+1, 0x1.355d314f87a42p+1, -0x1.433a371a6cdd6p+1},
    }},
    /* Adam() */
    {"adam", 1.0, {
        {-0x1.0624dc7f2ea13p-10, 0x1.ff7ced916d5fcp-1, -0x1.004189373ba5bp+0,
         0x1.fef9db22d36fap-2, 0x1.0624dd1d83064p-10, -0x1.0083126e964c0p-1},
        {-0x1.061f7227f4f8dp-9, 0x1.fef9dbb25fb75p-1, -0x1.00830f3675263p+0,
         0x1.fdf3b6e92a4f0p-2, 0x1.06256e26b24cep-9, -0x1.01062461e473cp-1},
        {-0x1.4780c454ae486p-8, 0x1.fd70ad2a6a2a2p-1, -0x1.0147782688d3fp+0,
         0x1.fae1524d04c69p-2, 0x1.47b2c861322d9p-8, -0x1.028f5426bf205p-1},
        {-0x1.4703c22a2453dp-7, 0x1.fae18d1404475p-1, -0x1.028dc5dc627b4p+0,
         0x1.f5c2de59f3772p-2, 0x1.47bf83882c473p-7, -0x1.051e7cbd65484p-1},
        {-0x1.452db70649d1cp-6, 0x1.f5c48e950b5b2p-1, -0x1.0512bb5376410p+0,
         0x1.eb8763f833183p-2, 0x1.47edab038b630p-6, -0x1.0a3bb9e1aea79p-1},
        {-0x1.88d49e2c1dfa5p-5, 0x1.e67f96b2b6271p-1, -0x1.0c29a2506ab28p+0,
         0x1.cce95d189d69dp-2, 0x1.9b187805f6a4fp-5, -0x1.1983f2e25a10bp-1},
    }},
    /* Adam(lr=0.05, betas=(0.8, 0.99), eps=0.001) */
    {"adam_betas", 1.0, {
        {-0x1.97f7d73404147p-5, 0x1.e667de2377a07p-1, -0x1.0cc80010b4a0fp+0,
         0x1.cccd8e9576c80p-2, 0x1.996fac799a415p-5, -0x1.199939d6dd511p-1},
        {-0x1.90ffa7ed3851fp-4, 0x1.ccdbedf59384cp-1, -0x1.18fcfaf8349b1p+0,
         0x1.99a87916690b0p-2, 0x1.99c2306991f0ap-4, -0x1.332826817d39cp-1},
        {-0x1.a5b4a51bc8b37p-3, 0x1.80d2274a53d42p-1, -0x1.3024242c64ebap+0,
         0x1.00deb25de0a5fp-2, 0x1.0111049e595ccp-2, -0x1.7f524e3435dd1p-1},
        {-0x1.45940cdc5a35fp-3, 0x1.05348e9593411p-1, -0x1.1273d6c8dcd33p+0,
         0x1.6567b53549a20p-8, 0x1.0217f91eca007p-1, -0x1.fb491cac94c43p-1},
        {0x1.3f144f761033cp-3, 0x1.9f7b39d87a7d1p-5, -0x1.36c28b476e98fp-1,
         -0x1.e3245037dfe42p-2, 0x1.f6d4ecc5a87ebp-1, -0x1.716e6dd9102d6p+0},
        {0x1.4188109d6084ap-1, -0x1.0fba5b86093a9p+0, 0x1.3eb5751ec8bdbp-2,
         -0x1.c570ac97c218ap+0, 0x1.111fbb2ceedcdp+1, -0x1.375299f981972p+1},
    }},
    /* AdamW() */
    {"adamw", 1.0, {
        {-0x1.0624dc7f2ea13p-10, 0x1.ff7b9e0614d19p-1, -0x1.0040e1718f5e9p+0,
         0x1.fef88b977ae17p-2, 0x1.0624dd1d83064p-10, -0x1.00826aa8ea04ep-1},
        {-0x1.061f1c41b9a9cp-9, 0x1.fef73cf2b08d8p-1, -0x1.0081bf8347d63p+0,
         0x1.fdf1187f39b90p-2, 0x1.06251723d52c8p-9, -0x1.0104d4819e891p-1},
        {-0x1.477f171054882p-8, 0x1.fd6a22d95ea2dp-1, -0x1.01442fcea585ep+0,
         0x1.fadacb545e5dcp-2, 0x1.47b111a39d6b6p-8, -0x1.028c09fcc2c36p-1},
        {-0x1.46fffe15a872ap-7, 0x1.fad48100ba27ep-1, -0x1.0287320a6dd24p+0,
         0x1.f5b5e14c963d6p-2, 0x1.47bb9ac7ece1cp-7, -0x1.0517e042a6fb3p-1},
        {-0x1.4525d25298df0p-6, 0x1.f5aa98ed34095p-1, -0x1.05058b35fc631p+0,
         0x1.eb6dad7e6f74ep-2, 0x1.47e53464fdc6dp-6, -0x1.0a2e60ff57890p-1},
        {-0x1.88bc4eac03089p-5, 0x1.e63fb66ec179cp-1, -0x1.0c08bc64daefdp+0,
         0x1.ccab103249dfap-2, 0x1.9afbafb426a83p-5, -0x1.1961afd3b834bp-1},
    }},
    /* AdamW(lr=0.05, weight_decay=0.1) */
    {"adamw_decay", 1.0, {
        {-0x1.99999886b8dbep-5, 0x1.e3d70a3e66f07p-1, -0x1.0b851eb52b79ap+0,
         0x1.ca3d70a4560bbp-2, 0x1.9999997e1cb9cp-5, -0x1.1851eb84dff57p-1},
        {-0x1.939b2a846fbe4p-4, 0x1.c7d8af7249a4ap-1, -0x1.1694d48bc83edp+0,
         0x1.94c69574030ccp-2, 0x1.98b620610292ap-4, -0x1.307f97f2de164p-1},
        {-0x1.b6539a25d0e66p-3, 0x1.750887067291ap-1, -0x1.2d379890ec89ap+0,
         0x1.eca3bf84b9f83p-3, 0x1.fbedc695366c9p-3, -0x1.780e2b2987f3ap-1},
        {-0x1.9a1ba18fcf35ap-3, 0x1.df4575d081990p-2, -0x1.16561e4c891b3p+0,
         -0x1.542b0d72847ccp-7, 0x1.f6fec6763704ap-2, -0x1.eb640bb977a23p-1},
        {0x1.1f90debb2cc9cp-3, -0x1.057eab841e292p-6, -0x1.3fa6b2a6efe0fp-1,
         -0x1.f0324bc4891acp-2, 0x1.e5d2bb4dfc203p-1, -0x1.5ffcc4ff62fe8p+0},
        {0x1.317ed2e853ad6p-1, -0x1.1d8282f54d1a4p+0, 0x1.1713ecb5263eap-2,
         -0x1.ac07408057d89p+0, 0x1.f88f3934a5520p+0, -0x1.1fedddd1c798fp+1},
    }},
};

/* clang-format on */
#endif
